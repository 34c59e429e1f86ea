// Runs and shows what is typed in a session of the command `bond`, in PHP 7.0 and later. It is sent when a session begins, behind
// `interactive.php`.

if (!class_exists('__BOND_dump', false)) {
    /** Values as PHP code would have them, as far as there is room; on several lines where they are wider than one. */
    final class __BOND_dump
    {
        const DEEPEST = 10;
        private $width;
        public $room; // in bytes
        private $above = []; // the objects that the value is in

        public function __construct($width, $room)
        {
            $this->width = $width;
            $this->room = $room;
        }

        public function text($value, $depth = 0)
        {
            if (is_array($value)) {
                $isList = !$value || array_keys($value) === range(0, count($value) - 1);
                return $depth > self::DEEPEST ? '[…]' : $this->items($value, $isList ? null : ' => ', ['[', ']'], $depth);
            }
            if (is_object($value)) {
                return $this->objectText($value, $depth);
            }
            if (is_string($value)) {
                $most = max($this->room, 0);
                $text = __BOND_dump::quoted(__BOND_dump::cut($value, $most, $left)) . ($left > 0 ? "… $left more" : '');
            } elseif (is_resource($value)) {
                $text = get_resource_type($value) . ' resource #' . (int) $value;
            } else {
                $text = $value === null ? 'null' : (is_scalar($value) ? var_export($value, true) : 'closed resource');
            }
            $this->room -= strlen($text);
            return $text;
        }

        private function objectText($value, $depth)
        {
            $class = strtok(get_class($value), "\0");
            if (is_a($value, 'UnitEnum')) {
                return "$class::$value->name";
            }
            $open = "$class {#" . (function_exists('spl_object_id') ? spl_object_id($value) : substr(spl_object_hash($value), 12, 4));
            if ($depth > self::DEEPEST || in_array($value, $this->above, true)) {
                return "$open …}";
            }
            $properties = method_exists($value, '__debugInfo') ? $value->__debugInfo() : ($value instanceof Closure ? [] : (array) $value);
            if ($value instanceof DateTimeInterface) {
                $properties = ['date' => $value->format('Y-m-d H:i:s.u P')];
            }
            $this->above[] = $value;
            $text = $properties ? $this->items((array) $properties, ': ', ["$open ", '}'], $depth) : "$open}";
            array_pop($this->above);
            return $text;
        }

        /** What an array or an object holds, with keys unless nothing stands behind them. */
        private function items(array $items, $colon, array $brackets, $depth)
        {
            $texts = [];
            foreach ($items as $key => $item) {
                if ($this->room <= 0) {
                    $texts[] = '… ' . (count($items) - count($texts)) . ' more';
                    break;
                }
                $name = $colon === ': ' ? self::afterNul((string) $key) : (is_int($key) ? $key : self::quoted($key));
                $this->room -= $colon === null ? 2 : strlen($name) + 4;
                $texts[] = ($colon === null ? '' : $name . $colon) . $this->text($item, $depth + 1);
            }
            $indent = str_repeat('    ', $depth);
            $line = $brackets[0] . implode(', ', $texts) . $brackets[1];
            if (strpos($line, "\n") === false && preg_match_all('/[^\x80-\xbf]/', $indent . $line) <= $this->width) {
                return $line;
            }
            $lines = $colon === null && !preg_grep('/\n/', $texts) ? self::filled($texts, $this->width - strlen($indent) - 5) : $texts;
            return rtrim($brackets[0]) . "\n$indent    " . implode(",\n$indent    ", $lines) . ",\n$indent$brackets[1]";
        }

        /** Short items, as many on a line as there is room for. */
        private static function filled(array $texts, $width)
        {
            $lines = [array_shift($texts)];
            foreach ($texts as $text) {
                $last = end($lines);
                if (strlen("$last, $text") <= $width) {
                    $lines[count($lines) - 1] = "$last, $text";
                } else {
                    $lines[] = $text;
                }
            }
            return $lines;
        }

        /** The name of a property: a private one has its class in front. */
        private static function afterNul($name)
        {
            return self::utf8(substr($name, (int) strrpos("\0$name", "\0")));
        }

        /** A string as a literal, with escapes for what would not be seen. */
        private static function quoted($text)
        {
            if (preg_match('/^[^\x00-\x1f\x7f]*$/Du', $text)) {
                return "'" . addcslashes($text, "\\'") . "'";
            }
            $invisible = preg_match('//u', $text) ? '/[\x00-\x1f\x7f"\\\\$]/' : '/[\x00-\x1f\x7f-\xff"\\\\$]/';
            return '"' . preg_replace_callback($invisible, function ($match) {
                $names = ["\n" => '\n', "\r" => '\r', "\t" => '\t', "\e" => '\e', '"' => '\"', '\\' => '\\\\', '$' => '\$'];
                return isset($names[$match[0]]) ? $names[$match[0]] : sprintf('\x%02x', ord($match[0]));
            }, $text) . '"';
        }

        /** The start of a text, without a part of a character at its end; `$left` says how many bytes are left out. */
        public static function cut($text, $most, &$left)
        {
            $start = strlen($text) > $most ? preg_replace('/[\xc0-\xff][\x80-\xbf]*$/D', '', substr($text, 0, $most)) : $text;
            $left = strlen($text) - strlen($start);
            return $start;
        }

        public static function utf8($text)
        {
            return preg_match('//u', $text) ? $text : preg_replace('/[\x80-\xff]/', '?', $text);
        }
    }

    /** Lists of records that are alike, as tables. */
    final class __BOND_table
    {
        const LONGEST_CELL = 200;
        const MOST_COLUMNS = 100;

        /** The columns, the rows and how many are left out; null if the value is something else. */
        public static function of($value, $mostRows)
        {
            if (!is_array($value) || count($value) < 2 || array_keys($value) !== range(0, count($value) - 1)) {
                return null;
            }
            $records = array_map([__CLASS__, 'record'], array_slice($value, 0, $mostRows));
            $columns = [];
            foreach ($records as $record) {
                $columns += $record;
            }
            foreach ($records as $record) {
                if (!$record || 2 * count($record) < count($columns) || count($columns) > self::MOST_COLUMNS) {
                    return null;
                }
            }
            $columns = array_keys($columns);
            $rows = [];
            foreach ($records as $record) {
                $rows[] = array_map(function ($name) use ($record) {
                    return array_key_exists($name, $record) ? self::cell($record[$name]) : '';
                }, $columns);
            }
            return [array_map(['__BOND_dump', 'utf8'], $columns), $rows, count($value) - count($rows)];
        }

        /** What is in an array with names, or in an object that has no class of its own; nothing, if the value is neither. */
        private static function record($value)
        {
            $record = $value instanceof stdClass ? get_object_vars($value) : $value;
            return is_array($record) && count(array_filter(array_keys($record), 'is_string')) === count($record) ? $record : [];
        }

        private static function cell($value)
        {
            if (!is_string($value) || !preg_match('//u', $value)) {
                $value = (new __BOND_dump(PHP_INT_MAX, self::LONGEST_CELL))->text($value);
            }
            $text = __BOND_dump::cut($value, self::LONGEST_CELL, $left);
            return $left > 0 ? "$text…" : $text;
        }
    }

    /** The block that runs what was typed, and keeps the value of its last statement for `_BOND_show`. */
    function _BOND_run($code)
    {
        __BOND_typed::$value = null;
        if (!function_exists('token_get_all')) {
            return $code;
        }
        $completed = __BOND_typed::completed($code);
        return $completed === null ? $code : __BOND_typed::keeping($completed);
    }

    /** How PHP shows the value: as text and what is left out of it, or as rows of a table. */
    function _BOND_show($width, $mostText, $mostRows)
    {
        $value = __BOND_typed::$value;
        __BOND_typed::$value = null;
        if ($value === null) {
            return null;
        }
        $table = __BOND_table::of($value, $mostRows);
        if ($table) {
            return ['table', $table[0], $table[1], $table[2]];
        }
        $text = (new __BOND_dump($width, $mostText))->text($value);
        return ['text', __BOND_dump::utf8($text), 0];
    }
}
