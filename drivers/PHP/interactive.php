// What an interactive session asks PHP, 7.0 and later. It runs as a block of its own once a session asks.

if (!class_exists('__BOND_interactive', false)) {
    final class __BOND_interactive
    {
        /** Whether the parser has come to the end of the code, and wants more. */
        public static function endsEarly($code)
        {
            $early = "/unexpected end of file|^Unclosed '.'( on line \\d+)?$|^Unterminated comment/";
            $complaint = self::complaint($code);
            return preg_match($early, $complaint) || $complaint !== '' && self::isInQuotes($code);
        }

        /** What the parser has to say against the code. */
        public static function complaint($code)
        {
            try {
                token_get_all("<?php $code", TOKEN_PARSE);
                return '';
            } catch (ParseError $error) {
                return $error->getMessage();
            }
        }

        private static function isInQuotes($code)
        {
            $tokens = token_get_all("<?php $code");
            $last = end($tokens);
            return is_array($last) && $last[0] === T_ENCAPSED_AND_WHITESPACE && $last[1][0] === "'";
        }

        /** The names that may stand where the word does, given what stands in front of it. */
        public static function names($path, $operator, $word)
        {
            if ($operator === '->') {
                return self::members(self::follow(explode('->', substr($path, 1))));
            }
            if ($operator === '::') {
                return self::statics($path[0] === '$' ? self::follow([substr($path, 1)]) : $path);
            }
            if ($word !== '' && $word[0] === '$') {
                return array_map([__CLASS__, 'variable'], array_keys($GLOBALS));
            }
            return self::words();
        }

        private static function variable($name)
        {
            return "\$$name";
        }

        /** The value of a property of a property of a variable, without a word to `__get`. */
        private static function follow(array $steps)
        {
            $name = array_shift($steps);
            $value = isset($GLOBALS[$name]) ? $GLOBALS[$name] : null;
            foreach ($steps as $step) {
                $properties = is_object($value) ? get_object_vars($value) : [];
                $value = isset($properties[$step]) ? $properties[$step] : null;
            }
            return $value;
        }

        private static function members($value)
        {
            return is_object($value) ? array_merge(array_keys(get_object_vars($value)), get_class_methods($value)) : [];
        }

        private static function statics($class)
        {
            if (!is_object($class) && !(is_string($class) && class_exists($class, false))) {
                return [];
            }
            $class = new ReflectionClass($class);
            $names = array_keys($class->getConstants());
            foreach ($class->getMethods(ReflectionMethod::IS_STATIC) as $method) {
                $names[] = $method->getName();
            }
            foreach ($class->getProperties(ReflectionProperty::IS_STATIC) as $property) {
                $names[] = self::variable($property->getName());
            }
            return $names;
        }

        private static function words()
        {
            $names = get_defined_functions();
            foreach ($names['user'] as &$name) {
                $name = (new ReflectionFunction($name))->getName();
            }
            return array_merge($names['user'], $names['internal'], array_keys(get_defined_constants()),
                get_declared_classes(), get_declared_interfaces(), explode(' ', 'abstract array break case catch class const '
                . 'continue default echo else elseif empty extends finally foreach function global implements include '
                . 'instanceof interface isset namespace print private protected public require require_once return static '
                . 'switch throw trait unset use while yield'));
        }
    }

    /** What was typed, as code. */
    final class __BOND_typed
    {
        public static $value = null; // what is to be shown

        /** The code with the semicolon that it lacks, or null if that does not complete it: it could be the head of a loop. */
        public static function completed($code)
        {
            if (__BOND_interactive::complaint($code) === '') {
                return $code;
            }
            $isExpression = __BOND_interactive::complaint("$code\n and 1;") === '';
            $isStatement = preg_match('/^\s*(use|namespace|global|static|unset|return|break|continue|goto|declare)\b/i', $code);
            return ($isExpression || $isStatement) && __BOND_interactive::complaint("$code\n;") === '' ? "$code\n;" : null;
        }

        /** Code that keeps the value of its last statement, if that is an expression. */
        public static function keeping($code)
        {
            foreach (self::starts($code) as $start) {
                $last = preg_replace('/;\s*$/D', '', self::withoutComments(substr($code, $start)));
                $isExpression = __BOND_interactive::complaint("return ($last\n);") === '' && !preg_match('/^\s*print\b/i', $last);
                if ($isExpression && __BOND_interactive::complaint(substr($code, 0, $start)) === '') {
                    return substr($code, 0, $start) . " \\__BOND_typed::\$value = ($last\n);";
                }
            }
            return $code;
        }

        /** Where the last statement may begin, the last place first. */
        private static function starts($code)
        {
            $depth = $offset = 0;
            $starts = [0];
            foreach (array_slice(token_get_all("<?php $code"), 1) as $token) {
                $text = is_array($token) ? $token[1] : $token;
                $opens = in_array($text, ['(', '[', '{', '${'], true) || is_array($token) && $token[0] === T_CURLY_OPEN;
                $depth += (int) $opens - (int) in_array($token, [')', ']', '}'], true);
                $offset += strlen($text);
                if ($depth === 0 && ($token === ';' || $token === '}')) {
                    $starts[] = $offset;
                }
            }
            return array_slice(array_reverse($starts), 0, 5);
        }

        /** A comment at the end would hide the semicolon in front of it. Lines stay where they are. */
        private static function withoutComments($code)
        {
            $kept = '';
            foreach (array_slice(token_get_all("<?php $code"), 1) as $token) {
                $isComment = is_array($token) && in_array($token[0], [T_COMMENT, T_DOC_COMMENT], true);
                $text = is_array($token) ? $token[1] : $token;
                $kept .= $isComment ? ' ' . str_repeat("\n", substr_count($text, "\n")) : $text;
            }
            return $kept;
        }
    }

    function _BOND_is_unfinished($code, $isExpression, $failure)
    {
        if ($failure !== null || !function_exists('token_get_all')) {
            return false;
        }
        if ($isExpression && __BOND_interactive::complaint("return $code\n;") === '') {
            return false;
        }
        if ($isExpression === null && __BOND_typed::completed($code) !== null) {
            return false; // a session adds the semicolon
        }
        return __BOND_interactive::endsEarly($isExpression ? "return $code" : $code);
    }

    /** What the last word of a line may be going to be: that word, and the names that begin with it. */
    function _BOND_complete($before)
    {
        $letter = '[\w\x80-\xff]';
        preg_match("/(?:((?:\\$|\\b)(?:$letter|\\\\)+(?:->$letter+)*)(->|::))?(\\$?(?:$letter|\\\\)*)$/", $before, $match);
        list($whole, $path, $operator, $word) = $match;
        $isMember = $operator !== '' || !preg_match('/(->|::)$/', substr($before, 0, strlen($before) - strlen($whole)));
        $names = $isMember ? __BOND_interactive::names($path, $operator, $word) : [];
        $names = array_filter(array_unique(array_map('strval', $names)), function ($name) use ($word) {
            return strncmp($name, $word, strlen($word)) === 0 && !preg_match('/^\$?_+BOND_/', $name)
                && ($name[0] !== '_' || $word !== '');
        });
        sort($names);
        return [$word, $names];
    }
}
