/** What there is in a file, by reflection. It is loaded, which runs it. */
final class __BOND_types
{
    public static function describe($path)
    {
        if (!is_file($path)) {
            throw new InvalidArgumentException("there is no file $path");
        }
        $path = realpath($path);
        $before = [get_defined_functions()['user'], self::classes()];
        self::load($path);
        $functions = array_diff(get_defined_functions()['user'], $before[0]);
        $classes = array_diff(self::classes(), $before[1]);
        $functions = array_map(function ($name) { return new ReflectionFunction($name); }, array_values($functions));
        $classes = array_map(function ($name) { return new ReflectionClass($name); }, array_values($classes));
        $isOfFile = function ($thing) use ($path) { return $thing->getFileName() === $path; };
        // A file that has nothing itself stands for those that it loads.
        if (array_filter($functions, $isOfFile) || array_filter($classes, $isOfFile)) {
            $functions = array_filter($functions, $isOfFile);
            $classes = array_filter($classes, $isOfFile);
        }
        $classes = array_values(array_filter($classes, function ($class) { return !$class->isAnonymous(); }));
        $described = array_map(function ($one) { return self::aFunction($one, $one->getName()); }, array_values($functions));
        foreach ($classes as $class) {
            $described = array_merge($described, self::methods($class, true));
        }
        return [
            'load' => 'require_once ' . var_export($path, true) . ';',
            'functions' => $described,
            'classes' => array_map([__CLASS__, 'aClass'], $classes),
        ];
    }

    /** Loads the file at the top level: its variables are global, also while it runs. */
    private static function load($path)
    {
        preg_match_all('/\$[a-zA-Z_\x80-\xff][\w\x80-\xff]*/', file_get_contents($path), $variables);
        // The names in the comment are those that are made global.
        __BOND_requests::$code = 'require_once ' . var_export($path, true) . '; // ' . implode(' ', array_unique($variables[0]));
        __BOND_evaluate();
    }

    private static function classes()
    {
        return array_merge(get_declared_classes(), get_declared_interfaces());
    }

    private static function aClass(ReflectionClass $class)
    {
        $constructor = $class->getConstructor();
        $isMade = $class->isInstantiable();
        $made = $constructor ? self::aFunction($constructor, '') : ['doc' => '', 'parameters' => [], 'returns' => ''];
        $properties = array_filter($class->getProperties(ReflectionProperty::IS_PUBLIC), function ($property) {
            return !$property->isStatic();
        });
        return [
            'name' => $class->getName(),
            'doc' => (string) $class->getDocComment(),
            'isRecord' => false,
            'constructs' => $isMade ? ['name' => $class->getName() . '::class'] + $made : null,
            'methods' => self::methods($class, false),
            'properties' => array_map(function ($property) {
                return [
                    'name' => $property->getName(),
                    'type' => PHP_VERSION_ID < 70400 ? '' : (string) $property->getType(),
                    'doc' => (string) $property->getDocComment(),
                    'optional' => false,
                ];
            }, array_values($properties)),
        ];
    }

    /** The public methods of a class; the static ones are called by the name of the class. */
    private static function methods(ReflectionClass $class, $isStatic)
    {
        $described = [];
        foreach ($class->getMethods(ReflectionMethod::IS_PUBLIC) as $method) {
            $isSpecial = strncmp($method->getName(), '__', 2) === 0 || $isStatic && ($method->isAbstract() || $method->isInternal());
            if (!$isSpecial && $method->isStatic() === $isStatic) {
                $prefix = $isStatic ? $class->getName() . '::' : '';
                $described[] = self::aFunction($method, $prefix . $method->getName());
            }
        }
        return $described;
    }

    private static function aFunction(ReflectionFunctionAbstract $function, $name)
    {
        return [
            'name' => $name,
            'doc' => (string) $function->getDocComment(),
            'parameters' => array_map([__CLASS__, 'aParameter'], $function->getParameters()),
            'returns' => (string) $function->getReturnType(),
        ];
    }

    private static function aParameter(ReflectionParameter $parameter)
    {
        $notes = [];
        if ($parameter->isPassedByReference()) {
            $notes[] = 'by reference: give `bond.ref` of a variable to have it changed';
        }
        if ($parameter->isDefaultValueAvailable()) {
            $notes[] = 'by default `' . json_encode($parameter->getDefaultValue(), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PARTIAL_OUTPUT_ON_ERROR) . '`';
        }
        return [
            'name' => $parameter->getName(),
            'type' => (string) $parameter->getType(),
            'kind' => $parameter->isVariadic() ? 'rest' : ($parameter->isOptional() ? 'optional' : 'plain'),
            'note' => implode('; ', $notes),
        ];
    }
}

function _BOND_types($path)
{
    return __BOND_types::describe($path);
}
