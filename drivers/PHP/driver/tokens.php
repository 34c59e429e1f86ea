<?php
//: lazy
// Code as PHP's own tokens, and what stands where among them.

class __BOND_tokens
{
    const OPENING = ['(' => true, '[' => true, '{' => true, T_CURLY_OPEN => true, T_DOLLAR_OPEN_CURLY_BRACES => true];
    const CLOSING = [')' => true, ']' => true, '}' => true];
    const BLANK = [T_WHITESPACE => true, T_COMMENT => true, T_DOC_COMMENT => true, T_OPEN_TAG => true];

    protected $kinds = [];
    protected $texts = [];
    protected $count;
    protected $places = [];    // of the tokens that are sought
    protected $dataOffset = 0; // where the data behind `__halt_compiler();` begins
    private $inserted = [];    // behind tokens

    public function read($code, array $sought)
    {
        foreach (token_get_all($code, TOKEN_PARSE) as $token) {
            if (is_array($token)) {
                $this->kinds[] = $kind = $token[0];
                $this->texts[] = $token[1];
            } else {
                $this->kinds[] = $this->texts[] = $kind = $token;
            }
            if (isset($sought[$kind])) {
                $this->places[] = count($this->kinds) - 1;
            }
        }
        $this->count = count($this->kinds);
        $end = array_search(T_HALT_COMPILER, $this->kinds, true);
        if ($end !== false) {
            $this->dataOffset = strlen(implode(array_slice($this->texts, 0, $this->beside($end, 1, 3) + 1)));
        }
    }

    public function code()
    {
        foreach ($this->inserted as $i => $text) {
            $this->texts[$i] .= $text;
        }
        $this->inserted = [];
        return implode($this->texts);
    }

    /** Inserts a text behind a token, and before what has been inserted there. */
    protected function after($i, $text)
    {
        $this->inserted[$i] = $text . (isset($this->inserted[$i]) ? $this->inserted[$i] : '');
    }

    /** The place of the nearest token in a direction that is no blank, or of one further on. */
    protected function beside($i, $step = 1, $times = 1)
    {
        for (; $times > 0; --$times) {
            do {
                $i += $step;
            } while (isset($this->kinds[$i], self::BLANK[$this->kinds[$i]]));
        }
        return $i;
    }

    protected function kind($i)
    {
        return isset($this->kinds[$i]) ? $this->kinds[$i] : null;
    }

    /** What a token does to the depth of brackets. */
    protected function step($i)
    {
        $kind = $this->kinds[$i];
        return isset(self::OPENING[$kind]) || $this->texts[$i] === '#[' ? 1 : (isset(self::CLOSING[$kind]) ? -1 : 0);
    }

    /** The place of the last token of an expression that begins at a place. */
    protected function lastOf($i)
    {
        $depth = 0;
        $conditions = 0;
        for ($last = $i; $i < $this->count; ++$i) {
            $kind = $this->kinds[$i];
            if ($depth === 0 && ($kind === ';' || $kind === ',' || $kind === T_CLOSE_TAG || $kind === ':' && $conditions === 0)) {
                break;
            }
            $depth += $this->step($i);
            if ($depth < 0) {
                break;
            }
            if ($depth === 0) {
                $conditions += ($kind === '?' ? 1 : 0) - ($kind === ':' ? 1 : 0);
            }
            $last = isset(self::BLANK[$kind]) ? $last : $i;
        }
        return $last;
    }
}
