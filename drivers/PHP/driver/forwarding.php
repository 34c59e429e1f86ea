<?php
//: lazy
// The signature of a function that is replaced, and the statement in front of its body that asks for the replacement.

final class __BOND_forwarding
{
    const MODIFIERS = [
        T_STATIC => true, T_PUBLIC => true, T_PROTECTED => true, T_PRIVATE => true, T_FINAL => true, T_ABSTRACT => true,
        T_WHITESPACE => true, T_COMMENT => true, T_DOC_COMMENT => true,
    ];

    public $number;             // of what is replaced; null if this is not
    public $name;
    public $isMethod = false;
    public $isStatic = false;
    public $isReference = false; // it returns a reference
    public $isGenerator = false;
    public $references = [];     // names of parameters by reference, by place
    public $promoted = [];       // parameters that are properties: name, and the places of their first and last token
    public $isReadonly = false;  // some of those are written once
    public $variadic = null;     // the name of one that takes the rest
    public $returns = '';
    private $count = 0;          // of parameters

    /** Reads what stands between the word `function` and the body; the place of its brace, or null if there is none. */
    public function read(array $kinds, array $texts, $i)
    {
        for ($before = $i - 1; isset($kinds[$before], self::MODIFIERS[$kinds[$before]]); --$before) {
            $this->isStatic = $this->isStatic || $kinds[$before] === T_STATIC;
        }
        $depth = 0;
        $first = null; // of the tokens of a parameter that is a property
        $list = null;  // whether it is before, in, or behind the parameters
        for (; $depth > 0 || $kinds[$i] !== '{' && $kinds[$i] !== ';'; ++$i) {
            if (isset(__BOND_tokens::OPENING[$kinds[$i]]) || $texts[$i] === '#[') {
                if ($list === null && $kinds[$i] === '(') {
                    $list = true;
                    $after = $i + 1;
                }
                ++$depth;
            } elseif (isset(__BOND_tokens::CLOSING[$kinds[$i]])) {
                --$depth;
                $list = $list && $depth > 0;
            } elseif ($list && $depth === 1 && $kinds[$i] === T_VARIABLE) {
                $this->parameter($kinds, $texts, $i);
                $this->promoted += $first === null ? [] : [$texts[$i] => [$first, $i]];
                $first = null;
            } elseif ($list && $depth === 1 && $kinds[$i] === ',') {
                $after = $i + 1;
            } elseif ($list && $depth === 1 && in_array(strtolower($texts[$i]), ['public', 'protected', 'private', 'readonly'], true)) {
                $first = $after;
                $this->isReadonly = $this->isReadonly || strtolower($texts[$i]) === 'readonly';
            } elseif ($list === false && $depth === 0 && !isset(__BOND_tokens::BLANK[$kinds[$i]])) {
                $this->returns .= strtolower($texts[$i]);
            }
        }
        return $kinds[$i] === '{' ? $i : null;
    }

    private function parameter(array $kinds, array $texts, $i)
    {
        $name = $texts[$i];
        do {
            --$i;
        } while (isset(__BOND_tokens::BLANK[$kinds[$i]]) || $kinds[$i] === T_ELLIPSIS && $this->variadic = $name);
        if ($texts[$i] === '&') {
            $this->references[$this->count] = $name;
        }
        ++$this->count;
    }

    /** The statement that stands behind the brace. */
    public function forwarding()
    {
        $condition = "\\__BOND_replaced::\$next !== $this->number || \\__BOND_replaced::\$next = 0";
        if (strtolower($this->name) === '__destruct') {
            $condition = "($condition) && \\__BOND_replaced::canCall()";
        }
        $code = $this->isGenerator ? $this->generating() : $this->returning($this->called('call'));
        if (!$this->isReadonly) {
            return "if ($condition) { $code }";
        }
        return "if ($condition) { " . $this->assigning('') . $code . ' } ' . $this->assigning('if (!\\__BOND_passing::has($this, __CLASS__, NAME)) ');
    }

    /** What PHP does with parameters that are properties, under a condition. */
    private function assigning($condition)
    {
        $text = '';
        foreach (array_keys($this->promoted) as $variable) {
            $name = substr($variable, 1);
            $text .= str_replace('NAME', "'$name', $variable", $condition) . "\$this->$name = $variable; ";
        }
        return $text;
    }

    /** Makes properties of them that are declared by themselves, since an original has to be able to be called in a call. */
    public function declaring(array &$texts, array $kinds)
    {
        $text = '';
        foreach ($this->isReadonly ? $this->promoted : [] as list($first, $last)) {
            for ($i = $first; $i <= $last; ++$i) {
                $text .= isset(__BOND_tokens::BLANK[$kinds[$i]]) ? ' ' : ($texts[$i] === '&' && $kinds[$i + 1] === T_VARIABLE ? '' : $texts[$i]);
                if (in_array(strtolower($texts[$i]), ['public', 'protected', 'private', 'readonly'], true)) {
                    $texts[$i] = '';
                }
            }
            $text .= '; ';
        }
        return rtrim($text);
    }

    private function returning($call)
    {
        if ($this->returns === ':void' || $this->returns === ':never') {
            return "$call; " . ($this->returns === ':void' ? 'return;' : "throw new \\LogicException('a function that never returns has returned');");
        }
        return $this->isReference ? "\$_BOND_result = &$call; return \$_BOND_result;" : "return $call;";
    }

    /** A generator by reference cannot leave its work to another one. */
    private function generating()
    {
        if (!$this->isReference) {
            return 'return yield from ' . $this->called('iterate') . ';';
        }
        $call = $this->called('iterateReferences');
        return "foreach (\$_BOND_items = $call as \$_BOND_key => &\$_BOND_item) { yield \$_BOND_key => \$_BOND_item; } "
            . 'return \\__BOND_replaced::returned($_BOND_items);';
    }

    private function called($method)
    {
        $arguments = $this->variadic === null ? '\\func_get_args()'
            : "\\func_get_args() + \\array_filter($this->variadic, 'is_string', \\ARRAY_FILTER_USE_KEY)";
        $references = [];
        foreach ($this->references as $place => $name) {
            $references[] = ($name === $this->variadic ? "'+$place'" : $place) . " => &$name";
        }
        $list = [$this->number, $arguments, '[' . implode(', ', $references) . ']'];
        if ($this->isMethod) {
            $list[] = $this->isStatic ? 'null' : 'isset($this) ? $this : null';
            $list[] = 'static::class, __CLASS__';
        }
        return "\\__BOND_replaced::$method(" . implode(', ', $list) . ')';
    }
}
