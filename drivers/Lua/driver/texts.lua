-- Strings: which are text, and how that is written in JSON.

local byte, find, format, gsub, char = string.byte, string.find, string.format, string.gsub, string.char
local utf8_len = utf8 and utf8.len

-- Whether a string is UTF-8, without halves of surrogate pairs and overlong forms.
if utf8_len then
  function is_text(text)
    return utf8_len(text) and not find(text, '\237[\160-\191]')
  end
else
  function is_text(text)
    if not find(text, '[\128-\255]') then return true end
    text = gsub(text, '[\194-\223][\128-\191]', ' ')
    text = gsub(text, '\224[\160-\191][\128-\191]', ' ')
    text = gsub(text, '[\225-\236\238\239][\128-\191][\128-\191]', ' ')
    text = gsub(text, '\237[\128-\159][\128-\191]', ' ')
    text = gsub(text, '\240[\144-\191][\128-\191][\128-\191]', ' ')
    text = gsub(text, '[\241-\243][\128-\191][\128-\191][\128-\191]', ' ')
    text = gsub(text, '\244[\128-\143][\128-\191][\128-\191]', ' ')
    return not find(text, '[\128-\255]')
  end
end

local ESCAPES = { ['"'] = '\\"', ['\\'] = '\\\\', ['\n'] = '\\n', ['\r'] = '\\r', ['\t'] = '\\t' }
for code = 0, 31 do
  local letter = char(code)
  ESCAPES[letter] = ESCAPES[letter] or format('\\u%04x', code)
end

-- A text as JSON; nothing if it is not UTF-8.
function quoted(text)
  if not find(text, '[%z\1-\31"\\\128-\255]') then return '"' .. text .. '"' end
  if not is_text(text) then return nil end
  return '"' .. gsub(text, '[%z\1-\31"\\]', ESCAPES) .. '"'
end

-- Any string as text: bytes that are not UTF-8 have escapes.
function in_words(text)
  if is_text(text) then return text end
  return (gsub(text, '[\128-\255]', function(letter) return format('\\x%02x', byte(letter)) end))
end

-- A character in UTF-8.
function character(code)
  if code < 0x80 then return char(code) end
  local rest = code % 64
  code = (code - rest) / 64
  if code < 0x20 then return char(0xC0 + code, 0x80 + rest) end
  local middle = code % 64
  code = (code - middle) / 64
  if code < 0x10 then return char(0xE0 + code, 0x80 + middle, 0x80 + rest) end
  local first = code % 64
  return char(0xF0 + (code - first) / 64, 0x80 + first, 0x80 + middle, 0x80 + rest)
end
