<?php
//: lazy
// Methods in the code of a class, so that PHP finds them to fit those of its base.

final class __BOND_signatures
{
    /** What PHP insists on. */
    const MAGIC = [
        '__get' => '$name', '__set' => '$name, $value', '__isset' => '$name', '__unset' => '$name', '__call' => '$name, $arguments',
        '__tostring' => '', '__clone' => '', '__destruct' => '', '__sleep' => '', '__wakeup' => '', '__serialize' => '',
        '__unserialize' => 'array $data', '__debuginfo' => '',
    ];
    const NOT_ON_INSTANCES = ['__callstatic', '__set_state'];
    const BUILT_IN = ['int', 'float', 'bool', 'string', 'array', 'callable', 'iterable', 'object', 'mixed', 'void', 'never', 'null', 'false', 'true', 'static'];

    public static function method(ReflectionClass $base, $name)
    {
        $lower = strtolower($name);
        $method = $base->hasMethod($name) ? $base->getMethod($name) : null;
        if ($method && $method->isPrivate()) {
            self::refuseFinal($base, $method); // of private methods, constructors can be
            $method = null;
        }
        if (in_array($lower, self::NOT_ON_INSTANCES, true) || $method && $method->isStatic()) {
            throw new InvalidArgumentException("{$base->getName()}::$name is static: a function of the host is called on instances");
        }
        if ($method) {
            self::refuseFinal($base, $method);
        }
        $isFree = !$method || $method->isConstructor() && !$method->isAbstract();
        if ($isFree) {
            $parameters = isset(self::MAGIC[$lower]) ? self::MAGIC[$lower] : '...$_BOND_arguments';
            $type = $lower === '__tostring' ? 'string' : '';
            $given = isset(self::MAGIC[$lower]) ? '\func_get_args()' : '$_BOND_arguments';
        } else {
            $parameters = implode(', ', array_map([self::class, 'parameter'], $method->getParameters()));
            $type = self::typeText(self::returnType($method), $method->getDeclaringClass());
            $given = self::given($method);
        }
        $visibility = $method && $method->isProtected() ? 'protected' : 'public';
        $sign = $method && $method->returnsReference() ? '&' : '';
        $colon = $type === '' ? '' : ": $type";
        return "$visibility function $sign$name($parameters)$colon { " . self::body($lower, $type, $given) . ' } ';
    }

    private static function refuseFinal(ReflectionClass $base, ReflectionMethod $method)
    {
        if ($method->isFinal()) {
            throw new InvalidArgumentException("{$base->getName()}::{$method->getName()} is final: it cannot be overridden");
        }
    }

    private static function body($lower, $type, $given)
    {
        $call = "\\__BOND_extending::call(__CLASS__, '$lower', \$this, $given)";
        if ($type === 'void' || $type === 'never') {
            return $call . ($type === 'never' ? "; throw new \\LogicException('a method that never returns has returned')" : '') . ';';
        }
        if (in_array(ltrim($type, '?'), ['\\Traversable', '\\Iterator'], true) || $lower === 'getiterator') {
            $call = "\\__BOND_extending::iterator($call)";
        }
        if ($lower === '__destruct') {
            return "if (\\__BOND_extending::canCall()) { $call; }";
        }
        if ($lower === '__construct' || $lower === '__clone') {
            return "$call;";
        }
        return "\$_BOND_result = $call; return \$_BOND_result;"; // a variable, for what returns a reference
    }

    /** The arguments that are given, in code: those by name that no parameter has are in the last one. */
    private static function given(ReflectionMethod $method)
    {
        foreach ($method->getParameters() as $parameter) {
            if ($parameter->isVariadic()) {
                return "\\func_get_args() + \\array_filter(\${$parameter->getName()}, 'is_string', ARRAY_FILTER_USE_KEY)";
            }
        }
        return '\func_get_args()';
    }

    private static function parameter(ReflectionParameter $parameter)
    {
        $text = self::typeText($parameter->getType(), $parameter->getDeclaringClass());
        $name = ($parameter->isPassedByReference() ? '&' : '') . ($parameter->isVariadic() ? '...' : '') . '$' . $parameter->getName();
        if ($parameter->isVariadic() || !$parameter->isOptional()) {
            return ltrim("$text $name");
        }
        if ($parameter->isDefaultValueAvailable()) {
            $value = $parameter->getDefaultValue();
            if (self::isConstant($value)) {
                return ltrim("$text $name = " . var_export($value, true));
            }
        }
        return "$name = null"; // of any type, since what is not given is not passed on
    }

    public static function isConstant($value)
    {
        if (is_array($value)) {
            return array_filter($value, [self::class, 'isConstant']) === $value;
        }
        return $value === null || is_scalar($value);
    }

    private static function returnType(ReflectionMethod $method)
    {
        if ($method->hasReturnType()) {
            return $method->getReturnType();
        }
        $hasTentative = method_exists($method, 'hasTentativeReturnType') && $method->hasTentativeReturnType();
        return $hasTentative ? $method->getTentativeReturnType() : null;
    }

    /** A type in code: names of classes are whole there, and `self` is the class that says so. */
    private static function typeText($type, $class)
    {
        if (!$type) {
            return '';
        }
        $text = ltrim($type instanceof ReflectionNamedType ? $type->getName() : (string) $type, '?');
        $isNullable = $type instanceof ReflectionNamedType && $type->allowsNull() && !in_array($text, ['mixed', 'null'], true);
        $whole = preg_replace_callback('/[\w\\\\\x80-\xff]+/', function (array $found) use ($class) {
            $name = strtolower($found[0]);
            if ($name === 'self') {
                return '\\' . $class->getName();
            }
            if ($name === 'parent') {
                return '\\' . $class->getParentClass()->getName();
            }
            return in_array($name, self::BUILT_IN, true) ? $found[0] : '\\' . ltrim($found[0], '\\');
        }, $text);
        return ($isNullable ? '?' : '') . $whole;
    }
}
