<?php
//: lazy
// Rewrites code by its tokens, so that functions ask for their replacements: every line stays where it is.

__BOND_code::need('tokens');
__BOND_code::need('forwarding');

final class __BOND_rewriting extends __BOND_tokens
{
    const ONCE = [T_INCLUDE_ONCE => true, T_REQUIRE_ONCE => true];
    const BACKTRACES = ['debug_backtrace' => 'backtrace', 'debug_print_backtrace' => 'printBacktrace'];

    private static $handlers = []; // methods of this class, by the kind of the token that they are for

    public $functions = []; // names of the functions that the code defines
    public $replaced = [];  // those that are replaced, by number
    public $includesLater = false; // a function has code that includes files
    private $numbers;       // of those that are to be replaced, by lower-case name
    private $namespace = '';
    private $parentheses = 0;
    private $blocks = [];   // what the braces around the current token are of
    private $classes = [];  // that have not begun: name, and depth of parentheses
    private $bodies = [];   // of functions, by the place of their brace
    private $arrowEnd = -1; // of the last arrow function
    private $hasTicks;

    /** Code in which functions are replaced by their numbers; null if PHP cannot read it, which PHP is to say itself. */
    public static function of($code, array $numbers)
    {
        $rewriting = new self();
        $rewriting->numbers = $numbers;
        $rewriting->hasTicks = stripos($code, 'ticks') !== false;
        try {
            $rewriting->read($code);
        } catch (ParseError $error) {
            return null;
        }
        $rewriting->walk();
        return $rewriting;
    }

    private static function handlers()
    {
        return self::$handlers ?: self::$handlers = [
            '(' => 'onParenthesis', ')' => 'onParenthesis', '{' => 'onBrace', '}' => 'onEnd',
            T_CURLY_OPEN => 'onBrace', T_DOLLAR_OPEN_CURLY_BRACES => 'onBrace',
            T_NAMESPACE => 'onNamespace', T_CLASS => 'onClass', T_INTERFACE => 'onClass', T_TRAIT => 'onClass',
            T_FUNCTION => 'onFunction', T_YIELD => 'onYield', T_YIELD_FROM => 'onYield', T_CATCH => 'onCatch', T_EVAL => 'onEval',
            T_INCLUDE => 'onInclude', T_INCLUDE_ONCE => 'onInclude', T_REQUIRE => 'onInclude', T_REQUIRE_ONCE => 'onInclude',
            T_STRING => 'onName',
        ] + self::ofVersion(['T_FN' => 'onArrow', 'T_ENUM' => 'onClass', 'T_NAME_FULLY_QUALIFIED' => 'onName']);
    }

    /** What is a token in some versions of PHP only. */
    private static function ofVersion(array $handlers)
    {
        $found = [];
        foreach ($handlers as $name => $handler) {
            if (defined($name)) {
                $found[constant($name)] = $handler;
            }
        }
        return $found;
    }

    private function walk()
    {
        $handlers = self::handlers();
        foreach ($this->kinds as $i => $kind) {
            if ($kind === T_HALT_COMPILER) {
                break;
            }
            if (isset($handlers[$kind])) {
                $this->{$handlers[$kind]}($i, $kind);
            }
        }
    }

    // ---- Where it is

    private function onParenthesis($i, $kind)
    {
        $this->parentheses += $kind === '(' ? 1 : -1;
    }

    private function onBrace($i)
    {
        $class = end($this->classes);
        if (isset($this->bodies[$i])) {
            $this->blocks[] = $this->bodies[$i];
        } elseif ($class && $class[1] === $this->parentheses) {
            array_pop($this->classes);
            $this->blocks[] = (object) ['class' => $class[0]];
        } else {
            $this->blocks[] = null;
        }
    }

    private function onEnd($i)
    {
        $block = array_pop($this->blocks);
        if (isset($block->signature, $block->signature->number)) {
            $this->forward($block, $i);
        }
    }

    private function onNamespace($i)
    {
        $name = '';
        for ($i = $this->beside($i); !in_array($this->kind($i), [';', '{', '(', T_CLOSE_TAG, null], true); ++$i) {
            $name .= isset(self::BLANK[$this->kinds[$i]]) ? '' : $this->texts[$i];
        }
        if ($name === '' || $name[0] !== '\\') { // or else it is a name that begins with `namespace`
            $this->namespace = $name === '' ? '' : "$name\\";
        }
    }

    private function onClass($i)
    {
        if ($this->kind($this->beside($i, -1)) === T_DOUBLE_COLON) {
            return;
        }
        $name = $this->beside($i);
        $this->classes[] = [$this->kind($name) === T_STRING ? $this->namespace . $this->texts[$name] : null, $this->parentheses];
    }

    // ---- Functions

    private function onFunction($i)
    {
        $name = $this->beside($i);
        $isReference = $this->texts[$name] === '&';
        $name = $isReference ? $this->beside($name) : $name;
        $isNamed = $this->kind($name) !== '(';
        if ($isNamed && $this->kind($this->beside($name)) !== '(') {
            return; // `use function`
        }
        $signature = new __BOND_forwarding();
        $body = $signature->read($this->kinds, $this->texts, $i);
        if ($isNamed) {
            $this->name($signature, $this->texts[$name], $body !== null);
        }
        if ($body !== null) {
            $signature->isReference = $isReference;
            $this->bodies[$body] = (object) ['signature' => $signature, 'brace' => $body];
        }
    }

    private function name(__BOND_forwarding $signature, $name, $hasBody)
    {
        $block = end($this->blocks);
        $isMethod = $block && property_exists($block, 'class');
        if (!$hasBody || $isMethod && $block->class === null) {
            return;
        }
        $whole = $isMethod ? "$block->class::$name" : $this->namespace . $name;
        $this->functions[] = $whole;
        $key = strtolower($whole);
        if (isset($this->numbers[$key])) {
            $signature->isMethod = $isMethod;
            $signature->name = $name;
            $signature->number = $this->numbers[$key];
            $this->replaced[$signature->number] = $signature;
        }
    }

    /** The function that the current token is in, or null. */
    private function function_()
    {
        for ($i = count($this->blocks) - 1; $i >= 0; --$i) {
            if (isset($this->blocks[$i]->signature)) {
                return $this->blocks[$i];
            }
        }
        return null;
    }

    private function onArrow($i)
    {
        if ($this->blocks && $i > $this->arrowEnd) {
            for ($depth = 0; $depth > 0 || $this->kinds[$i] !== T_DOUBLE_ARROW; ++$i) {
                $depth += isset(self::OPENING[$this->kinds[$i]]) ? 1 : (isset(self::CLOSING[$this->kinds[$i]]) ? -1 : 0);
            }
            $this->arrowEnd = $this->lastOf($this->beside($i));
        }
    }

    private function onYield($i)
    {
        $function = $this->function_();
        if ($function && $i > $this->arrowEnd) {
            $function->signature->isGenerator = true;
        }
    }

    /** Has a function ask for its replacement before its first statement. Behind it, no statement may be one more for `declare(ticks)`. */
    private function forward($function, $end)
    {
        $code = $function->signature->forwarding();
        $first = $this->beside($function->brace);
        if ($this->hasTicks && $first !== $end) {
            $code .= ' else {';
            $this->texts[$end] = '}' . $this->texts[$end];
        }
        $this->texts[$function->brace] .= " $code";
        if ($this->kind($function->brace + 1) !== T_WHITESPACE) {
            $this->texts[$function->brace] .= ' ';
        }
    }

    // ---- What sees files, and frames

    private function onInclude($i, $kind)
    {
        $first = $this->beside($i);
        $last = $this->lastOf($first);
        if ($this->kind($last) === T_END_HEREDOC && PHP_VERSION_ID < 70300) {
            return; // nothing may stand behind it
        }
        $this->includesLater = $this->includesLater || $this->function_();
        $this->texts[$first] = ' \\__BOND_loading::path(' . $this->texts[$first];
        $this->after($last, ', __DIR__' . (isset(self::ONCE[$kind]) ? ', true)' : ')'));
    }

    private function onEval($i)
    {
        $first = $this->beside($i);
        $last = $this->lastOf($first);
        if ($this->kind($first) === '(') {
            for ($depth = 0, $last = $first; $depth += ['(' => 1, ')' => -1][$this->kinds[$last]] ?? 0; ++$last);
            $this->texts[$first] .= '\\__BOND_loading::evaluated(';
            $this->texts[$last] = ')' . $this->texts[$last];
        }
    }

    /** What is caught in an original has no frames of the driver in its trace. */
    private function onCatch($i)
    {
        for ($brace = $i, $variable = null; $this->kinds[$brace] !== '{'; ++$brace) {
            $variable = $this->kinds[$brace] === T_VARIABLE ? $this->texts[$brace] : $variable;
        }
        if ($variable !== null && !$this->hasTicks && $this->blocks) {
            $this->texts[$brace] .= " \\__BOND_retracing::clean($variable); ";
        }
    }

    private function onName($i, $kind)
    {
        $name = strtolower(ltrim($this->texts[$i], '\\'));
        if ($name === '__compiler_halt_offset__') {
            $this->texts[$i] = (string) $this->dataOffset;
            return;
        }
        if (!isset(self::BACKTRACES[$name]) || $this->kind($this->beside($i)) !== '(') {
            return;
        }
        $before = $this->beside($i, -1);
        if ($this->kind($before) === T_NS_SEPARATOR && $this->kind($before - 1) !== T_STRING) {
            $this->texts[$before] = '';
            $before = $this->beside($before, -1);
        }
        $isOther = [T_OBJECT_OPERATOR, T_DOUBLE_COLON, T_FUNCTION, T_NEW, T_NS_SEPARATOR];
        if (!in_array($this->kind($before), $isOther, true) && $this->texts[max($before, 0)] !== '?->') {
            $this->texts[$i] = '\\__BOND_retracing::' . self::BACKTRACES[$name];
        }
    }
}
