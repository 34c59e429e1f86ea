<?php
//: lazy
// Rewrites code by its tokens, so that functions ask for their replacements: every line stays where it is.

__BOND_code::need('definitions');

final class __BOND_rewriting extends __BOND_definitions
{
    const ONCE = [T_INCLUDE_ONCE => true, T_REQUIRE_ONCE => true];
    const BACKTRACES = ['debug_backtrace' => 'backtrace', 'debug_print_backtrace' => 'printBacktrace'];

    private static $handlers = []; // methods of this class, by the kind of the token that they are for

    public $includesLater = false; // a function has code that includes files
    private $hasTicks;

    /** Code in which functions are replaced by their numbers; null if PHP cannot read it, which PHP is to say itself. */
    public static function of($code, array $numbers)
    {
        $rewriting = new self();
        $rewriting->numbers = $numbers;
        $rewriting->hasTicks = stripos($code, 'ticks') !== false;
        try {
            __BOND_including::quietly(function () use ($rewriting, $code) { // PHP is to say itself what is deprecated
                $rewriting->read($code, self::handlers());
            });
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
        foreach ($this->places as $i) {
            $kind = $this->kinds[$i];
            $this->{$handlers[$kind]}($i, $kind);
        }
    }

    private function onEnd($i)
    {
        $block = array_pop($this->blocks);
        if (isset($block->signature, $block->signature->number)) {
            $this->forward($block, $i);
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
        $this->texts[$end] .= $function->signature->declaring($this->texts, $this->kinds);
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
            $this->texts[$brace] .= " \\__BOND_retracing::caught($variable); ";
        }
    }

    private function onName($i, $kind)
    {
        if (!isset($this->texts[$i][14])) {
            return; // shorter than the names that are meant
        }
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
