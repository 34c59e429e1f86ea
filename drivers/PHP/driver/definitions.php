<?php
//: lazy
// Finds what code defines: functions, by the namespaces and classes that they are in, and which of them are to be replaced.

__BOND_code::need('tokens');
__BOND_code::need('forwarding');

class __BOND_definitions extends __BOND_tokens
{
    public $functions = [];  // names of the functions that the code defines
    public $replaced = [];   // those that are replaced, by number
    protected $numbers;      // of those that are to be replaced, by lower-case name
    protected $namespace = '';
    protected $parentheses = 0;
    protected $blocks = [];  // what the braces around the current token are of
    protected $classes = []; // that have not begun: name, and depth of parentheses
    protected $bodies = [];  // of functions, by the place of their brace
    protected $arrowEnd = -1; // of the last arrow function

    protected function onParenthesis($i, $kind)
    {
        $this->parentheses += $kind === '(' ? 1 : -1;
    }

    protected function onBrace($i)
    {
        $class = end($this->classes);
        if (isset($this->bodies[$i])) {
            $this->blocks[] = $this->bodies[$i];
        } elseif ($class && $class[1] === $this->parentheses) {
            array_pop($this->classes);
            $this->blocks[] = (object) ['class' => $class[0], 'isReadonly' => $class[2]];
        } else {
            $this->blocks[] = null;
        }
    }

    protected function onNamespace($i)
    {
        $name = '';
        for ($i = $this->beside($i); !in_array($this->kind($i), [';', '{', '(', T_CLOSE_TAG, null], true); ++$i) {
            $name .= isset(self::BLANK[$this->kinds[$i]]) ? '' : $this->texts[$i];
        }
        if ($name === '' || $name[0] !== '\\') { // or else it is a name that begins with `namespace`
            $this->namespace = $name === '' ? '' : "$name\\";
        }
    }

    protected function onClass($i)
    {
        if ($this->kind($this->beside($i, -1)) === T_DOUBLE_COLON) {
            return;
        }
        $name = $this->beside($i);
        $modifiers = [$this->texts[max($this->beside($i, -1), 0)], $this->texts[max($this->beside($i, -1, 2), 0)]];
        $isReadonly = in_array('readonly', array_map('strtolower', $modifiers), true);
        $whole = $this->kind($name) === T_STRING ? $this->namespace . $this->texts[$name] : null;
        $this->classes[] = [$whole, $this->parentheses, $isReadonly];
    }

    protected function onFunction($i)
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

    protected function name(__BOND_forwarding $signature, $name, $hasBody)
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
            $signature->isReadonly = $isMethod && $signature->promoted && ($signature->isReadonly || $block->isReadonly);
            $this->replaced[$signature->number] = $signature;
        }
    }

    /** The function that the current token is in, or null. */
    protected function function_()
    {
        for ($i = count($this->blocks) - 1; $i >= 0; --$i) {
            if (isset($this->blocks[$i]->signature)) {
                return $this->blocks[$i];
            }
        }
        return null;
    }

    protected function onArrow($i)
    {
        if ($this->blocks && $i > $this->arrowEnd) {
            for ($depth = 0; $depth > 0 || $this->kinds[$i] !== T_DOUBLE_ARROW; ++$i) {
                $depth += $this->step($i);
            }
            $this->arrowEnd = $this->lastOf($this->beside($i));
        }
    }

    protected function onYield($i)
    {
        $function = $this->function_();
        if ($function && $i > $this->arrowEnd) {
            $function->signature->isGenerator = true;
        }
    }
}
