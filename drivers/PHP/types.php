/** What there is in a file, a folder, a namespace or a class, by reflection. It is loaded, which runs it. */
final class __BOND_types
{
    public static function describe($name)
    {
        if (is_file($name)) {
            return self::ofFile(realpath($name), $name);
        }
        if (is_dir($name)) {
            return self::ofFolder(realpath($name), $name);
        }
        $name = trim($name, '\\');
        $classes = __BOND_type_names::exists($name) ? __BOND_type_names::withRelated([$name]) : __BOND_type_names::ofNamespace($name);
        if (!$classes) {
            throw new InvalidArgumentException("there is no file, folder, class or namespace $name; loading it may need code first");
        }
        return self::described('', [], $classes);
    }

    private static function ofFile($path, $name)
    {
        $before = [get_defined_functions()['user'], __BOND_type_names::classes()];
        self::load($path);
        $functions = preg_grep('/^__bond_/', array_diff(get_defined_functions()['user'], $before[0]), PREG_GREP_INVERT); // which are lazy
        $classes = array_diff(__BOND_type_names::classes(), $before[1]);
        $functions = array_map(function ($name) { return new ReflectionFunction($name); }, array_values($functions));
        $classes = array_map(function ($name) { return new ReflectionClass($name); }, array_values($classes));
        $isOfFile = function ($thing) use ($path) { return $thing->getFileName() === $path; };
        // A file that has nothing itself stands for those that it loads.
        if (array_filter($functions, $isOfFile) || array_filter($classes, $isOfFile)) {
            $functions = array_filter($functions, $isOfFile);
            $classes = array_filter($classes, $isOfFile);
        }
        return self::described(self::loading($path, $name), $functions, $classes);
    }

    /** The classes in the files of a folder, loaded by what loads them in a program. */
    private static function ofFolder($path, $name)
    {
        $load = '';
        for ($folder = $path; $load === '' && dirname($folder) !== $folder; $folder = dirname($folder)) {
            foreach ([$folder . '/autoload.php', $folder . '/vendor/autoload.php'] as $autoload) {
                if ($load === '' && is_file($autoload)) {
                    $load = self::loading($autoload, $name);
                    self::load($autoload);
                }
            }
        }
        $classes = __BOND_type_names::loaded(__BOND_type_names::namesBelow($path));
        return self::described($load, [], array_map(function ($name) { return new ReflectionClass($name); }, $classes));
    }

    /** The code that loads a file, from the working directory if that is where its name begins. */
    private static function loading($path, $name)
    {
        $here = getcwd() . '/';
        $isRelative = $name[0] !== '/' && strncmp($path, $here, strlen($here)) === 0;
        return 'require_once ' . var_export($isRelative ? './' . substr($path, strlen($here)) : $path, true) . ';';
    }

    private static function described($load, array $functions, array $classes)
    {
        $classes = array_values(array_filter($classes, function ($class) { return !$class->isAnonymous(); }));
        $described = array_map(function ($one) { return self::aFunction($one, $one->getName()); }, array_values($functions));
        foreach ($classes as $class) {
            $described = array_merge($described, self::methods($class, true));
        }
        return [
            'load' => $load,
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
        __BOND_code::need('evaluation');
        __BOND_evaluate();
    }

    private static function aClass(ReflectionClass $class)
    {
        $constructor = $class->getConstructor();
        $isMade = $class->isInstantiable();
        $made = $constructor ? self::aFunction($constructor, '') : ['doc' => '', 'parameters' => [], 'returns' => ''];
        return [
            'name' => $class->getName(),
            'doc' => (string) $class->getDocComment(),
            'isRecord' => false,
            'constructs' => $isMade ? ['name' => $class->getName() . '::class'] + $made : null,
            'methods' => self::methods($class, false),
            'properties' => self::properties($class, false),
            'imports' => $class->getName(),
            'constants' => array_merge(self::constants($class), self::properties($class, true)),
        ];
    }

    private static function properties(ReflectionClass $class, $isStatic)
    {
        $described = [];
        foreach ($class->getProperties(ReflectionProperty::IS_PUBLIC) as $property) {
            $type = PHP_VERSION_ID < 70400 ? '' : (string) $property->getType();
            $about = ['name' => $property->getName(), 'type' => $type, 'doc' => (string) $property->getDocComment(), 'optional' => false];
            if ($property->isStatic() === $isStatic) {
                $described[] = $about;
            }
        }
        return $described;
    }

    private static function constants(ReflectionClass $class)
    {
        $types = ['integer' => 'int', 'double' => 'float', 'string' => 'string', 'boolean' => 'bool'];
        $described = [];
        foreach ($class->getConstants() as $name => $value) {
            $isHidden = PHP_VERSION_ID >= 70100 && !(new ReflectionClassConstant($class->getName(), $name))->isPublic();
            $type = gettype($value);
            if (!$isHidden) {
                $described[] = ['name' => $name, 'type' => isset($types[$type]) ? $types[$type] : 'mixed', 'doc' => '', 'optional' => false];
            }
        }
        return $described;
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
            'takesNames' => PHP_VERSION_ID >= 80000,
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

/** Which classes there are, and where. */
final class __BOND_type_names
{
    /** The names of the classes that the files of a folder define, by their source. */
    public static function namesBelow($path)
    {
        $names = [];
        $files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($path, FilesystemIterator::SKIP_DOTS));
        foreach ($files as $file) {
            if (substr($file, -4) !== '.php') {
                continue;
            }
            $code = php_strip_whitespace($file);
            $namespace = preg_match('/\bnamespace\s+([\w\\\\]+)\s*[;{]/', $code, $found) ? $found[1] . '\\' : '';
            preg_match_all('/(?:^|[;}{\s])(?:class|interface|trait|enum)\s+(\w+)[^;(]*\{/', $code, $found);
            foreach ($found[1] as $name) {
                $names[] = $namespace . $name;
            }
        }
        sort($names);
        return $names;
    }

    /** The classes of a namespace: those that are there, and those that Composer knows to be in it. */
    public static function ofNamespace($name)
    {
        $names = self::classes();
        foreach (spl_autoload_functions() as $loader) {
            if (!is_array($loader) || !is_object($loader[0]) || !method_exists($loader[0], 'getPrefixesPsr4')) {
                continue;
            }
            $names = array_merge($names, array_keys($loader[0]->getClassMap()));
            foreach ($loader[0]->getPrefixesPsr4() as $prefix => $folders) {
                $rest = strncmp("$name\\", $prefix, strlen($prefix)) === 0 ? substr($name, strlen($prefix)) : null;
                foreach ($rest === null ? [] : $folders as $folder) {
                    $folder .= '/' . str_replace('\\', '/', (string) $rest);
                    $names = array_merge($names, is_dir($folder) ? self::namesBelow($folder) : []);
                }
            }
        }
        $isInside = function ($each) use ($name) { return stripos($each, "$name\\") === 0; };
        $names = self::loaded(array_values(array_unique(array_filter($names, $isInside))));
        return array_map(function ($name) { return new ReflectionClass($name); }, $names);
    }

    /** Those that can be loaded: some may extend what is not there. */
    public static function loaded(array $names)
    {
        return array_values(array_filter($names, [__CLASS__, 'exists']));
    }

    public static function exists($name)
    {
        try {
            return class_exists($name) || interface_exists($name) || trait_exists($name);
        } catch (Throwable $error) {
            return false;
        }
    }

    /** Classes, and those of the same vendor that their methods are said to return, and so on. */
    public static function withRelated(array $names)
    {
        $classes = [];
        while ($names) {
            $class = new ReflectionClass(array_shift($names));
            if (isset($classes[$class->getName()])) {
                continue;
            }
            $classes[$class->getName()] = $class;
            $vendor = explode('\\', $class->getName())[0] . '\\';
            foreach ($class->getMethods(ReflectionMethod::IS_PUBLIC) as $method) {
                preg_match_all('/[\w\\\\]+/', (string) $method->getReturnType(), $found);
                foreach ($found[0] as $name) {
                    if (strncmp($name, $vendor, strlen($vendor)) === 0 && self::exists($name)) {
                        $names[] = $name;
                    }
                }
            }
        }
        return array_values($classes);
    }

    public static function classes()
    {
        return preg_grep('/^__BOND_/', array_merge(get_declared_classes(), get_declared_interfaces()), PREG_GREP_INVERT);
    }
}

function _BOND_types($path)
{
    return __BOND_types::describe($path);
}
