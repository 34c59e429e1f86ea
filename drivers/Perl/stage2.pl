# bond: the Perl driver, for Perl 5.14 and later; no module is needed. See docs/protocol.md for the wire.
# STAGE1 has read the host's first lines through STDIN, and evaluates this text at the top level.

package main;

# Code of the user is evaluated here, before anything lexical or strict is in scope.
sub __BOND_driver::evaluate { @_ = (); eval $__BOND_driver::code }

package __BOND_driver;

use strict;
no warnings 'recursion';

# ---- Streams --------------------------------------------------------------------------------------------------------

my ($in, $out, $last_piece, $more_pieces, $piece_size);
my $saying = 0;    # in the middle of a message
my $process = $$;

# Puts /dev/null in the place of fd 0, so that nobody but the driver ever reads what the host sends. Nothing of it is in
# STDIN's buffer: the host waits for READY.
sub open_streams {
    open($in, '<&', \*STDIN) && open($out, '>&', \*STDOUT) && open(STDIN, '<', $^O eq 'MSWin32' ? 'NUL' : '/dev/null') or die "no streams: $!";
    binmode($_, ':raw') for $in, $out;
    # Writes up to this size are never mixed with those of another process: PIPE_BUF, or one buffer of a socket.
    $piece_size = -S $out ? 32768 : 4096;
    my $selected = select(STDERR);
    $| = 1;
    select(STDOUT);
    $| = 1;
    select($selected);
}

# Where no signal of the host reaches this process, one that does nothing else reads the host's lines in front of it, and
# sends the signal. When the host is gone, it ends this process, which may be too busy to look.
sub stand_behind_relay {
    my $busy_one = $$;
    pipe(my $inner, my $outer) or die "no pipe: $!";
    my $child = fork;
    die "no fork: $!" unless defined $child;
    if (!$child) {
        if (!fork) {    # nobody's child, so that no `wait` ever meets it
            close $inner;
            eval { relay($outer, $busy_one) };
        }
        kill 'KILL', $$;    # this is not the program that has exit hooks
    }
    local $?;
    waitpid($child, 0);
    close $outer;
    close $in;
    $in = $inner;
    binmode($in, ':raw');
}

sub relay {
    my ($outer, $busy_one) = @_;
    for my $stream (\*STDOUT, \*STDERR, $out) { open($stream, '>', '/dev/null') }
    $SIG{INT} = 'IGNORE';
    require IO::Handle;
    $outer->blocking(0);
    my $sought = "\nINTERRUPT ";
    my ($waiting, $seam, $urgent) = ('', "\n", 0);
    while (1) {
        if (select(bits($in), my $free = length $waiting ? bits($outer) : undef, undef, undef) > 0 && is_readable($in)) {
            sysread($in, my $chunk, 65_536) or last;
            $waiting .= $chunk;
            $urgent ||= index($seam . $chunk, $sought) >= 0;
            $seam = substr("$seam$chunk", 1 - length $sought);
        }
        if (length $waiting) {
            my $done = syswrite($outer, $waiting);
            substr($waiting, 0, $done, '') if $done;
        }
        if ($urgent) {
            kill 'URG', $busy_one;
            $urgent = length $waiting;    # the line may still be among it
        }
    }
    close $outer;
    for (1 .. 20) {
        select(undef, undef, undef, 0.05);
        kill 0, $busy_one or return;
    }
    kill 'KILL', $busy_one;
}

# What select wants to be told of a stream.
sub bits {
    my $bits = '';
    vec($bits, fileno $_[0], 1) = 1;
    return $bits;
}

sub is_readable { select(my $ready = bits($_[0]), undef, undef, 0) > 0 }

# Sends one message to the host, after everything that was printed before it.
sub say_line {
    my ($message) = @_;
    exit if $$ != $process;    # a fork that has come to the end of what it was to do: the conversation is its parent's
    my $selected = select(STDOUT);
    local $| = 1 unless $|;    # user code has made it buffer: setting this empties the buffer
    select($selected);
    $saying = 1;
    my $room = $piece_size - length($last_piece) - 1;
    my $start = 0;
    while (length($message) - $start > $room) {
        write_all($more_pieces . substr($message, $start, $room) . "\n");
        $start += $room;
    }
    write_all($last_piece . ($start ? substr($message, $start) : $message) . "\n");
    $saying = 0;
}

sub write_all {
    my ($data) = @_;
    my $done = 0;
    while ($done < length $data) {
        my $written = syswrite($out, $data, length($data) - $done, $done);
        if (defined $written) { $done += $written }
        elsif ($! != 4) { exit 1 }    # not EINTR: nobody listens any more
    }
}

# ---- Values ---------------------------------------------------------------------------------------------------------

my $max_depth = 20_000;
my %escapes = ('"' => '\\"', '\\' => '\\\\', "\n" => '\\n', "\r" => '\\r', "\t" => '\\t', "\f" => '\\f', "\b" => '\\b');
my %unescapes = (n => "\n", r => "\r", t => "\t", f => "\f", b => "\b", '"' => '"', '\\' => '\\', '/' => '/');
my ($true, $false);

# What a scalar was made as: Perl 5.36 keeps numbers that were printed apart from strings that were added, and knows
# booleans. Earlier ones take a number that has been printed for a string.
if ($] >= 5.036) {
    eval 'no warnings; sub is_number { builtin::created_as_number($_[0]) } sub is_bool { builtin::is_bool($_[0]) } 1' or die $@;
    ($true, $false) = (!!1, !!0);
}
else {
    require B;
    eval 'sub is_bool { 0 } sub is_number {
        my $flags = B::svref_2object(\$_[0])->FLAGS;
        $flags & (B::SVp_IOK() | B::SVp_NOK()) && !($flags & B::SVp_POK());
    } 1' or die $@;
    eval { require JSON::PP::Boolean } or require JSON::PP;
    ($true, $false) = map { my $value = $_; bless \$value, 'JSON::PP::Boolean' } 1, 0;
}
# Before 5.30, Perl's own reading of decimals may miss the nearest number by one bit.
my $read_decimal = $] >= 5.030 ? sub { $_[0] + 0 } : do { require POSIX; sub { scalar POSIX::strtod($_[0]) } };

# JSON text of a value, in UTF-8; what JSON would change on the way is an error that says where it sits.
sub encode {
    my ($value, $root) = @_;
    local $SIG{__DIE__};    # what is thrown below is none of the user's business
    my $text = eval { encode_value($value, 0) };
    if (!defined $text) {
        my $error = $@;
        die $error if ref $error && !$error->isa('_BOND_SerializationException');
        my $reason = ref $error ? $error->{message} : $error;
        die _BOND_SerializationException->new(find_culprit($value, defined $root ? $root : 'result') . ": $reason");
    }
    utf8::encode($text);
    return $text;
}

sub encode_value {
    my $kind = ref $_[0];
    if ($kind eq '') {
        return 'null' unless defined $_[0];
        return encode_number($_[0]) if is_number($_[0]);
        refuse('a glob cannot be carried by JSON') if ref(\$_[0]) eq 'GLOB';
        return $_[0] ? 'true' : 'false' if is_bool($_[0]);
        return encode_string($_[0]);
    }
    my ($value, $depth) = ($_[0], $_[1] + 1);
    refuse('refers to itself, or is nested too deep') if $depth > $max_depth;
    return '[' . join(',', map { encode_value($_, $depth) } @$value) . ']' if $kind eq 'ARRAY';
    if ($kind eq 'HASH') {
        return '{' . join(',', map { encode_string($_) . ':' . encode_value($value->{$_}, $depth) } keys %$value) . '}';
    }
    return encode_object($value, $kind, $depth);
}

sub encode_string {
    my $text = $_[0];
    $text =~ s/(["\\\x00-\x1f\x7f])/$escapes{$1} || sprintf('\\u%04x', ord $1)/ge;
    if (utf8::is_utf8($text) && $text =~ /[^\x00-\x{d7ff}\x{e000}-\x{10ffff}]/) {
        no warnings;
        $text =~ s/([\x{d800}-\x{dfff}])/sprintf('\\u%04x', ord $1)/ge;
        refuse('a character beyond Unicode cannot be carried by JSON') if $text =~ /[^\x00-\x{10ffff}]/;
    }
    return "\"$text\"";
}

sub encode_number {
    my $number = $_[0];
    my $text = do { my $copy = $number; "$copy" };
    if ($text =~ /^-?\d+\z/ && $text == $number) {
        return $number == 0 && sprintf('%g', $number) eq '-0' ? '-0.0' : $text;
    }
    refuse("$text is not a JSON number") if $text =~ /[nN]/;
    for my $digits (15 .. 17) {
        $text = sprintf("%.${digits}g", $number);
        last if $read_decimal->($text) == $number;
    }
    # A float beyond 2^53 may happen to be whole: without a fraction, it would arrive as an integer.
    return $text =~ /^-?\d+\z/ && abs($number) > 9007199254740992 ? "$text.0" : $text;
}

sub encode_object {
    my ($value, $kind, $depth) = @_;
    my $is_object = defined eval { $value->isa('UNIVERSAL') } && UNIVERSAL::can($value, 'isa');
    if ($is_object) {
        return $$value ? 'true' : 'false' if $value->isa('JSON::PP::Boolean');
        return encode_value($value->TO_JSON, $depth) if $value->can('TO_JSON');
        if ($value->isa('Math::BigInt') && !$value->isa('Math::BigFloat')) {
            refuse("$value is not a JSON number") if $value->is_nan || $value->is_inf;
            return $value->bstr;
        }
    }
    refuse("a reference to $kind cannot be carried by JSON" . ($is_object ? ', unless it has a method TO_JSON' : ''));
}

sub refuse { die _BOND_SerializationException->new($_[0]) }

# The path of the innermost part of a value that cannot be encoded.
sub find_culprit {
    my ($value, $path) = @_;
    return "$path..." if length $path > 200;
    my @parts = ref $value eq 'ARRAY' ? map { ["[$_]", $value->[$_]] } 0 .. $#$value
        : ref $value eq 'HASH' ? map { [/^[A-Za-z_]\w*\z/ ? ".$_" : '[' . encode_string($_) . ']', $value->{$_}] } sort keys %$value
        : ();
    for my $part (@parts) {
        return find_culprit($part->[1], $path . $part->[0]) unless defined eval { encode_value($part->[1], 0) };
    }
    return $path;
}

# The value of a JSON text in UTF-8. It is read as bytes: on characters, Perl would count from the start again and again.
sub decode {
    my ($text) = @_;
    local $SIG{__DIE__};
    my $value;
    my $done = eval {
        for ($text) {
            $value = decode_value(0);
            /\G\s*\z/gc or die 'it goes on after its end';
        }
        1;
    };
    $done or die _BOND_SerializationException->new("what the host sent cannot be decoded: $@");
    return $value;
}

# Reads on in $_, from where the last match has ended.
sub decode_value {
    my $depth = $_[0];
    /\G\s+/gc;
    return decode_string() if /\G"/gc;
    return $3 || length $2 > 18 ? decode_odd_number($1, $3) : $1 + 0 if /\G(-?(\d+)((?:\.\d+)?(?:[eE][-+]?\d+)?))/gc;
    die 'it is nested too deep' if $depth > $max_depth;
    return decode_array($depth + 1) if /\G\[/gc;
    return decode_hash($depth + 1) if /\G\{/gc;
    return undef if /\Gnull/gc;
    return $true if /\Gtrue/gc;
    return $false if /\Gfalse/gc;
    die 'it is not JSON';
}

sub decode_odd_number {
    my ($text, $fraction) = @_;
    if ($fraction) {
        my $number = $read_decimal->($text);
        return $number == 0 && $text =~ /^-/ ? -0.0 : $number;
    }
    my $number = $text + 0;
    return $number if "$number" eq $text;
    require Math::BigInt;
    return Math::BigInt->new($text);
}

sub decode_string {
    /\G([^"\\]*)/gc;
    my $text = $1;
    while (!/\G"/gc) {
        if (/\G\\([nrtfb"\\\/])/gc) { $text .= $unescapes{$1} }
        elsif (/\G\\u([dD][89abAB]..)\\u([dD][c-fC-F]..)/gc) {
            $text .= utf8_bytes(0x10000 + ((hex($1) - 0xd800) << 10) + hex($2) - 0xdc00);
        }
        elsif (/\G\\u([0-9a-fA-F]{4})/gc) { $text .= utf8_bytes(hex $1) }
        else { die 'a string in it has no end' }
        /\G([^"\\]*)/gc;
        $text .= $1;
    }
    utf8::decode($text);
    return $text;
}

sub utf8_bytes {
    no warnings;
    my $character = chr $_[0];
    utf8::encode($character);
    return $character;
}

sub decode_array {
    my ($depth) = @_;
    my @items;
    return \@items if /\G\s*\]/gc;
    while (1) {
        push @items, decode_value($depth);
        next if /\G\s*,/gc;
        return \@items if /\G\s*\]/gc;
        die 'a list in it has no end';
    }
}

sub decode_hash {
    my ($depth) = @_;
    my %items;
    return \%items if /\G\s*\}/gc;
    while (1) {
        /\G\s*"/gc or die 'a key is missing in it';
        my $key = decode_string();
        /\G\s*:/gc or die 'a value is missing in it';
        $items{$key} = decode_value($depth);
        next if /\G\s*,/gc;
        return \%items if /\G\s*\}/gc;
        die 'an object in it has no end';
    }
}

# ---- Exceptions -----------------------------------------------------------------------------------------------------

{
    package _BOND_Exception;
    use overload '""' => sub { $_[0]{message} }, bool => sub { 1 }, fallback => 1;
    sub new { my ($class, $message, %more) = @_; bless { message => $message, %more }, $class }
}

# A value cannot cross to the host, or from it.
@_BOND_SerializationException::ISA = '_BOND_Exception';
# An exported function of the host failed: {data} is what it threw, or the text of it.
@_BOND_RemoteException::ISA = '_BOND_Exception';
# The host has interrupted what was running.
@_BOND_InterruptException::ISA = '_BOND_Exception';

my $transparent;

# Tells the host about an exception: the last thing that may fail, so it does little.
sub report {
    my ($request, $error) = @_;
    local $SIG{__DIE__};
    my $line = eval { describe($request, $error) };
    $line = "EXCEPT $request " . encode({ message => 'an exception whose text cannot be had', type => ref $error }) unless defined $line;
    say_line($line);
}

sub describe {
    my ($request, $error) = @_;
    my $message = "$error";
    chomp $message;
    my $is_bond = ref $error && eval { $error->isa('_BOND_Exception') };
    my %description = (message => $message, call => $is_bond ? $error->{call} : undef);
    return "ERROR $request " . encode(\%description) if $is_bond && $error->isa('_BOND_SerializationException');
    $description{type} = $is_bond && $error->{type} || ref $error if ref $error;
    if ($transparent) {
        my $data = $is_bond && exists $error->{data} ? $error->{data} : $is_bond || !ref $error ? $message : $error;
        my $text = eval { encode($data, 'exception') };
        return "ERROR $request " . encode({ message => "$@" }) unless defined $text;
        $description{data} = $data;
    }
    return "EXCEPT $request " . encode(\%description);
}

# ---- Functions of the host ------------------------------------------------------------------------------------------

my $last_call = 0;
my ($running, $busy, $depth) = (0, 0, 0);
my $last_interrupt = 0;    # the number of the last one that was noticed
my $interrupted;    # [what is to be thrown in user code that waits for the host]: an interrupt, say, came meanwhile

sub call_host {
    my ($name, $arguments) = @_;
    die "$name is a function of the host: a forked process cannot call it\n" if $$ != $process;
    local ($@, $!);
    my $payload = encode([$name, $arguments], "arguments of $name");
    my $frame = ++$last_call;
    say_line("CALL $frame $running $payload");
    my ($verb, $answer) = serve($frame);
    if ($interrupted) {
        my ($error) = @$interrupted;
        $interrupted = undef;
        die $error;
    }
    my $value = decode($answer);
    return $value if $verb eq 'RETURN';
    die _BOND_SerializationException->new($value->{message}, call => $frame + 0) if $verb eq 'ERROR';
    my $data = exists $value->{data} ? $value->{data} : $value->{message};
    die _BOND_RemoteException->new($value->{message}, call => $frame + 0, data => $data, type => $value->{type});
}

sub export {
    my ($name) = @_;
    $name =~ /^(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*\z/ or die "'$name' is not a valid name for a function\n";
    my $full_name = $name =~ /::/ ? $name : "main::$name";
    no strict 'refs';
    no warnings;
    *$full_name = sub { call_host($name, [@_]) };
}

# ---- Requests -------------------------------------------------------------------------------------------------------

my %compiled;    # subs that call something function-like, by its text and the number of its arguments

# Evaluates code in package main, in list context.
sub run_code {
    local $__BOND_driver::code = $_[0];
    utf8::upgrade($__BOND_driver::code);
    my @values = evaluate();
    die $@ if ref $@ || $@ ne '';
    return @values;
}

sub run_call {
    my ($name, $arguments, $references) = @_;
    my %spliced;    # references that are arguments themselves stand in the call as they are, prototypes and all
    for my $reference (@{ $references || [] }) {
        my ($path, $code) = @$reference;
        if (@$path == 1) { $spliced{ $path->[0] } = $code }
        else { place($arguments, $path, run_code("($code\n)")) }
    }
    # What works on a list takes it as one argument, too.
    $arguments = $arguments->[0] if @$arguments == 1 && ref $arguments->[0] eq 'ARRAY' && $name =~ /^\s*(?:map|grep|sort|reverse)\b/;
    return named_sub($name, \%spliced, scalar @$arguments)->(@$arguments);
}

sub place {
    my ($place, $path, $value) = @_;
    my ($last, @steps) = reverse @$path;
    $place = ref $place eq 'HASH' ? $place->{$_} : $place->[$_] for reverse @steps;
    if (ref $place eq 'HASH') { $place->{$last} = $value }
    else { $place->[$last] = $value }
}

sub named_sub {
    my ($name, $spliced, $count) = @_;
    if (!%$spliced && $name =~ /^(?:\w+::)*\w+\z/) {
        no strict 'refs';
        my $full_name = $name =~ /::/ ? $name : "main::$name";
        return \&$full_name if defined &$full_name;
    }
    my @terms = map { defined $spliced->{$_} ? $spliced->{$_} : "\$_[$_]" } 0 .. $count - 1;
    $terms[0] = dereferenced($name) if $count && !defined $spliced->{0} && dereferenced($name);
    my $list = '(' . join(', ', @terms) . ')';
    my $call = $name =~ /^\s*(?:sub\b|\(.*\)\s*\z)/s ? "($name)->$list" : $name . ($name =~ /\w\z/ ? $list : " $list");
    %compiled = () if keys %compiled > 1000;
    return $compiled{$call} ||= (run_code("sub { $call\n}"))[0];
}

# The first argument of builtins that work on an array or a hash itself, such as push and keys.
sub dereferenced {
    my ($name) = @_;
    my $prototype = $name =~ /^\w+\z/ && eval { prototype("CORE::$name") };
    return undef unless $prototype && $prototype =~ /^;?(?:\\[\[\@%]|\+)/;
    return $prototype =~ /%/ ? '%{$_[0]}' : '@{$_[0]}';
}

# Where several values came back, the value is their list.
sub collapsed { @_ == 1 ? $_[0] : \@_ }

my %handlers = (
    EVAL => sub {
        my ($code) = @_;
        $code =~ s/;\s*\z//;
        return encode(collapsed(run_code("($code\n)")));
    },
    EVAL_BLOCK => sub { run_code($_[0]); '' },
    CALL => sub { encode(collapsed(run_call(@{ $_[0] }))) },
    EXPORT => sub { export($_[0]); '' },
);

# ---- Loop -----------------------------------------------------------------------------------------------------------

my ($buffer, $scanned) = ('', 0);    # what has been read and not yet taken, and how much of it holds no newline

# The next line of the host. It is not read with readline, which a signal's handler that calls the host would upset.
sub next_line {
    my $end;
    while (($end = index($buffer, "\n", $scanned)) < 0) {
        $scanned = length $buffer;
        my $count;
        local $@;
        # The handler of a signal that comes meanwhile may die: that is not the end of everything.
        eval { $count = sysread($in, $buffer, 65_536, $scanned); 1 } or do {
            if ($depth > 1) { $interrupted = [$@] }
            else { warn $@ }
            next;
        };
        return undef if defined $count ? $count == 0 : $! != 4;    # EINTR: a signal has come
    }
    $scanned = 0;
    return substr($buffer, 0, $end + 1, '');
}

my %aside;    # messages that belong to frames further out, by frame

# The next message for a frame. What belongs to another one is set aside until its turn.
sub take {
    my ($frame) = @_;
    if (my $waiting = $aside{$frame}) {
        my $message = shift @$waiting;
        delete $aside{$frame} unless @$waiting;
        return @$message;
    }
    while (defined(my $line = next_line())) {
        my ($verb, $target, $request, $payload) = split / /, $line, 4;
        return ($verb, $request, $payload) if $target eq $frame;
        last if $verb eq 'END';
        if ($verb ne 'INTERRUPT') { push @{ $aside{$target} }, [$verb, $request, $payload] }
        elsif ($depth > 1 && is_meant($request, $payload)) { $interrupted = [interruption()] }
    }
    exit;    # end of input: the host has closed the bond, or is gone
}

# Carries out what the host asks for in a frame, until it answers the call that opened the frame.
sub serve {
    my ($frame) = @_;
    my ($outer, $was_busy) = ($running, $busy);
    $busy = 0;
    $depth++;
    while (1) {
        my ($verb, $request, $payload) = take($frame);
        my $handler = $handlers{$verb};
        if (!$handler) {
            $busy = $was_busy;
            $depth--;
            return ($verb, $payload);
        }
        $running = $request;
        (my $kept, $interrupted) = ($interrupted, undef);    # that is for whoever waits in this frame
        answer($handler, $request, $payload);
        $interrupted ||= $kept;
        $running = $outer;
    }
}

sub answer {
    my ($handler, $request, $payload) = @_;
    my ($text, $error);
    {
        local $@;
        # The outer eval is for one more interrupt, on the way out of the inner one.
        eval {
            eval {
                my $given = decode($payload);
                $busy = 1;
                $text = $handler->($given);
                $busy = 0;
                1;
            } or $error = [$@];
            $busy = 0;
            1;
        } or $error = [$@];
        $busy = 0;
    }
    if ($error) { report($request, @$error) }
    else { say_line("RETURN $request $text") }
}

# Somebody at a terminal, say, has interrupted this process.
sub on_interrupt {
    die interruption() if $busy && !$saying;
    $interrupted = [interruption()] if $busy || $depth > 1;    # user code will hear of it when it goes on
}

# The host has sent a line that cannot wait until it is asked for. The loop finds it by itself if it waits for one.
sub on_notice {
    return if !$busy || $saying;
    local ($@, $!);
    while (is_readable($in)) { sysread($in, $buffer, 65_536, length $buffer) or return }
    while ($buffer =~ s/^INTERRUPT - (\d+) (\d+)\n//m) {
        $scanned = 0;
        die interruption() if is_meant($1, $2);
    }
}

# Whether an interrupt is for what is being carried out, and new. Then the host is told that it has been noticed.
sub is_meant {
    my ($request, $serial) = @_;
    return 0 if $request != $running || $serial <= $last_interrupt;
    $last_interrupt = $serial + 0;
    say_line("INTERRUPTED $last_interrupt");
    return 1;
}

sub interruption { _BOND_InterruptException->new('interrupted by the host') }

# ---- Start ----------------------------------------------------------------------------------------------------------

sub start {
    my $settings = decode((split / /, scalar(readline(STDIN)), 2)[1]);
    $. = 0;    # or every message of die would end with `<STDIN> line 1.`
    ($last_piece, $more_pieces) = ("$settings->{mark} ", "$settings->{mark}+");
    $transparent = $settings->{transExcept};
    open_streams();
    $SIG{URG} = \&on_notice;
    stand_behind_relay() if ($settings->{pid} || $$) != $$;
    $SIG{INT} = \&on_interrupt;
    say_line('READY ' . encode({
        protocol => (scalar grep { $_ eq 'JSON' } @{ $settings->{protocols} }) ? 'JSON' : undef,
        version => sprintf('%vd', $^V),
        pid => $$ + 0,
        interrupt => 'SIGURG',
    }));
    serve(0);
}

undef $__BOND_driver::text;
start();
