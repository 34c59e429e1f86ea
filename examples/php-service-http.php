<?php
// PHP's command line ignores headers. It is started without these functions (WITHOUT in
// php-service.ts), so they can be defined: they keep what php-service.ts sends.

function header(string $header, bool $replace = true, int $response_code = 0): void
{
    if (preg_match('~^HTTP/\S+ (\d+)~i', $header, $match)) {
        http_response_code((int) $match[1]);
        return;
    }
    $name = strtok($header, ':');
    if ($replace) header_remove($name);
    Page::$headers[] = $header;
    $redirects = strcasecmp($name, 'Location') === 0 && (http_response_code() ?: 200) < 201;
    if ($response_code || $redirects) http_response_code($response_code ?: 302);
}

function header_remove(?string $name = null): void
{
    $others = fn($header) => $name !== null && strcasecmp(strtok($header, ':'), $name) !== 0;
    Page::$headers = array_values(array_filter(Page::$headers, $others));
}

function headers_list(): array
{
    return Page::$headers;
}

function headers_sent(): bool
{
    return false;
}

function setcookie(string $name, string $value = '', ...$options): bool
{
    return setrawcookie($name, rawurlencode($value), ...$options);
}

function setrawcookie(string $name, string $value = '', $expires = 0, $path = '', $domain = '', $secure = false, $httponly = false): bool
{
    $options = is_array($expires) ? $expires : compact('expires', 'path', 'domain', 'secure', 'httponly');
    if ($value === '') [$value, $options['expires']] = ['deleted', 1];
    $parts = ["$name=$value"];
    if (!empty($options['expires'])) $parts[] = 'expires=' . gmdate('D, d M Y H:i:s \G\M\T', $options['expires']);
    foreach (['path', 'domain', 'samesite'] as $key) if (!empty($options[$key])) $parts[] = "$key=$options[$key]";
    foreach (['secure', 'httponly'] as $key) if (!empty($options[$key])) $parts[] = $key;
    header('Set-Cookie: ' . implode('; ', $parts), false);
    return true;
}

/** php://input of a request that has a body. All other streams of php:// are PHP's own. */
final class PhpStreams
{
    public $context;
    private static string $body;
    private $stream;

    public static function serve(string $body): void
    {
        self::$body = $body;
        self::register();
    }

    private static function register(): void
    {
        stream_wrapper_unregister('php');
        stream_wrapper_register('php', self::class);
    }

    public function stream_open(string $path, string $mode): bool
    {
        $isInput = strcasecmp($path, 'php://input') === 0;
        stream_wrapper_restore('php');
        $this->stream = fopen($isInput ? 'php://temp' : $path, $isInput ? 'w+' : $mode);
        if ($isInput) fwrite($this->stream, self::$body) && rewind($this->stream);
        self::register();
        return $this->stream !== false;
    }

    public function stream_read(int $count): string|false { return fread($this->stream, $count); }
    public function stream_write(string $data): int { return fwrite($this->stream, $data); }
    public function stream_eof(): bool { return feof($this->stream); }
    public function stream_seek(int $offset, int $whence): bool { return fseek($this->stream, $offset, $whence) === 0; }
    public function stream_tell(): int { return ftell($this->stream); }
    public function stream_stat(): array|false { return fstat($this->stream); }
}
