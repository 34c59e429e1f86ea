<?php
//: lazy
// Files as PHP itself opens them, except for those that are included: for as long as a loader of classes looks for one in which a method
// is replaced. The first file that is included ends it.

final class __BOND_watching extends __BOND_included
{
    const FOR_INCLUDE = 128;

    private static $isWatching = false;
    private $stream; // of a file that is opened otherwise, or a folder

    public static function begin()
    {
        self::$isWatching = true;
        stream_wrapper_unregister('file');
        stream_wrapper_register('file', __CLASS__);
    }

    public static function end()
    {
        if (self::$isWatching) {
            self::$isWatching = false;
            stream_wrapper_restore('file');
        }
    }

    /** Does something as it is done when nobody watches. */
    private static function plainly(Closure $run)
    {
        self::end();
        try {
            return $run();
        } finally {
            self::begin();
        }
    }

    public function stream_open($path, $mode, $options, &$opened)
    {
        if ($options & self::FOR_INCLUDE) {
            self::end();
            $file = __BOND_including::resolve($path, '');
            if ($file !== null && __BOND_loading::offer($file)) {
                return $this->open($file, $opened);
            }
            $opened = $file;
        }
        $open = function () use ($path, $mode, $options) {
            $isLoud = $options & STREAM_REPORT_ERRORS;
            $arguments = [$path, $mode, (bool) ($options & STREAM_USE_PATH)];
            $arguments = $this->context ? array_merge($arguments, [$this->context]) : $arguments;
            return $isLoud ? fopen(...$arguments) : @fopen(...$arguments);
        };
        $this->stream = $options & self::FOR_INCLUDE ? $open() : self::plainly($open);
        return $this->stream !== false;
    }

    public function stream_read($count)
    {
        return $this->stream ? fread($this->stream, $count) : parent::stream_read($count);
    }

    public function stream_write($text)
    {
        return fwrite($this->stream, $text);
    }

    public function stream_eof()
    {
        return $this->stream ? feof($this->stream) : parent::stream_eof();
    }

    public function stream_stat()
    {
        return $this->stream ? fstat($this->stream) : parent::stream_stat();
    }

    public function stream_tell()
    {
        return ftell($this->stream);
    }

    public function stream_seek($offset, $whence)
    {
        return $this->stream && fseek($this->stream, $offset, $whence) === 0;
    }

    public function stream_flush()
    {
        return $this->stream && fflush($this->stream);
    }

    public function stream_lock($operation)
    {
        return $operation ? flock($this->stream, $operation) : true;
    }

    public function stream_truncate($size)
    {
        return ftruncate($this->stream, $size);
    }

    public function stream_cast()
    {
        return $this->stream ?: false;
    }

    public function stream_close()
    {
        if ($this->stream) {
            fclose($this->stream);
        }
    }

    public function stream_metadata($path, $option, $value)
    {
        return self::plainly(function () use ($path, $option, $value) {
            switch ($option) {
                case STREAM_META_TOUCH:
                    return touch($path, ...$value);
                case STREAM_META_ACCESS:
                    return chmod($path, $value);
                case STREAM_META_OWNER:
                case STREAM_META_OWNER_NAME:
                    return chown($path, $value);
            }
            return chgrp($path, $value);
        });
    }

    public function url_stat($path, $flags)
    {
        return self::plainly(function () use ($path, $flags) {
            clearstatcache(true, $path);
            $isQuiet = $flags & STREAM_URL_STAT_QUIET;
            if ($flags & STREAM_URL_STAT_LINK) {
                return $isQuiet ? @lstat($path) : lstat($path);
            }
            return $isQuiet ? @stat($path) : stat($path);
        });
    }

    public function unlink($path)
    {
        return self::plainly(function () use ($path) {
            return unlink($path);
        });
    }

    public function rename($from, $to)
    {
        return self::plainly(function () use ($from, $to) {
            return rename($from, $to);
        });
    }

    public function mkdir($path, $mode, $options)
    {
        return self::plainly(function () use ($path, $mode, $options) {
            return mkdir($path, $mode, (bool) ($options & STREAM_MKDIR_RECURSIVE));
        });
    }

    public function rmdir($path)
    {
        return self::plainly(function () use ($path) {
            return rmdir($path);
        });
    }

    public function dir_opendir($path)
    {
        $this->stream = self::plainly(function () use ($path) {
            return opendir($path);
        });
        return $this->stream !== false;
    }

    public function dir_readdir()
    {
        return readdir($this->stream);
    }

    public function dir_rewinddir()
    {
        rewinddir($this->stream);
        return true;
    }

    public function dir_closedir()
    {
        closedir($this->stream);
        return true;
    }
}
