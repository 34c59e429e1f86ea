# bond: the Perl driver, for Perl 5.14 and later; no module is needed. See docs/protocol.md for the wire.
# STAGE1 has read the host's first lines through STDIN, and evaluates this text at the top level.

package main;

# Code of the user is evaluated here, before anything lexical or strict is in scope.
sub __BOND_driver::evaluate { @_ = (); eval $__BOND_driver::code }

package __BOND_driver;

# What the program has in force is not for this text: pragmas (-Minteger, -Mbigint), builtins that it has overridden, and -W. It
# is put back at the end.
BEGIN {
    %^H = ();
    $^H = 0x100;
    ${^WARNING_BITS} = '';    # `no warnings`, which would make every start longer by a tenth
    our %overridden = %CORE::GLOBAL::;
    %CORE::GLOBAL:: = ();
    our $warn = $SIG{__WARN__};
    $SIG{__WARN__} = sub { };
}
use strict;

# What may be changed later, as it is now.
my @include = @INC;
my ($isa, $can) = (\&UNIVERSAL::isa, \&UNIVERSAL::can);

# To compile this text takes longer than all else that happens at the start. So the parts that begin with `#: seldom` wait
# until a sub of theirs is called for the first time; STAGE1 has left them out.

our $busy = 0;       # whether user code runs
our $insists = 0;    # whether something is being loaded

# Loads a module from where it has been at the start, whatever has become of @INC and of builtins, and has it do something if
# it is there.
sub load {
    my ($file, $use) = @_;
    return insist(sub { require $file; &$use if $use; 1 });
}

# Loads something, again if it fails, since a signal's handler may have died in the middle. What that has thrown is for user code
# that waits for it; an interrupt comes again later.
sub insist {
    my ($load) = @_;
    my ($is_loaded, $thrown);
    {
        local ($busy, $insists, $@, $!, $_, $SIG{__DIE__}) = (0, 1);
        local $SIG{__WARN__} = sub { };
        local @INC = (@include, @INC);
        delete local @CORE::GLOBAL::{ keys %CORE::GLOBAL:: };
        for (1 .. 3) {
            $is_loaded ||= eval { $load->() } or $thrown = [$@];
            delete @INC{ grep { !defined $INC{$_} } keys %INC } if !$is_loaded;    # or Perl would not try again
        }
    }
    return 0 if !$is_loaded;
    return 1 if !$thrown;
    die @$thrown if $busy || $insists;
    outlive(@$thrown);
    return 1;
}

# ---- Streams --------------------------------------------------------------------------------------------------------

# A signal's handler, which runs between any two statements of this text, may die, or call the host. So what must not be left
# undone, or be done twice, is done by one statement without branches, long as some of them become.

my ($in, $out, $bulk, $last_piece, $more_pieces, $announcement, $abandonment, $piece_size, $room);
my $unwritten = '';    # what is sure to be written, before anything else is
my $correction = '';   # the abandonment, if the host has got a part of a message, and not yet all of it
my $turns = 0;         # how many messages have been begun
my $is_bulk_open = 0;  # whether the socket has got a part of a message, and not yet all of it
# The call that has opened the frame which is served, if it is not the outermost. And the message that has been taken and is not done
# yet: undef before the host has been told of the call, 1 when it has been answered, '' if there is none.
our ($called, $message);
my $process = $$;
my $unforked = join '', ("\1") x 8192;    # of which a page, from the given place on, is empty in every fork
my $unforked_from;

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

# A second way to the host, for long messages, which is open if nothing stands between.
sub open_bulk {
    my ($fd, $inode) = @{ $_[0] };
    my $found = (stat "/proc/self/fd/$fd")[1];
    binmode($bulk, ':raw') if defined $found && $found == $inode && open($bulk, '>&=', $fd);
}

# Linux empties a page in every fork if it is asked to: to look there is no system call, as to ask for the process is.
sub mark_process {
    return if $^O ne 'linux' || length pack('p', '') != 8;
    local $!;
    my $address = unpack('J', pack('p', $unforked));
    my $from = -$address % 4096;
    # madvise, as x86 or others number it; MADV_WIPEONFORK.
    for my $madvise (28, 233) { defined $unforked_from or syscall($madvise, $address + $from, 4096, 18) or $unforked_from = $from }
}

sub is_fork { defined $unforked_from ? !ord substr($unforked, $unforked_from, 1) : $$ != $process }

#: seldom

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
    load('IO/Handle.pm');
    $outer->blocking(0);
    my $sought = "\nINTERRUPT ";
    my ($waiting, $seam, $urgent) = ('', "\n", 0);
    while (1) {
        my $count = select(my $ready = bits($in), my $free = length $waiting ? bits($outer) : undef, undef, 0.2);
        last if !$count && !is_there($busy_one);    # as where what has started both waits for this process, too
        if ($count > 0 && is_readable($in)) {
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
        return if !is_there($busy_one);
    }
    kill 'KILL', $busy_one;
}

# Whether there is such a process, of another user (EPERM) as well.
sub is_there { kill(0, $_[0]) || $! == 1 }

# What select wants to be told of a stream.
sub bits {
    my $bits = '';
    vec($bits, fileno $_[0], 1) = 1;
    return $bits;
}

sub is_readable { select(my $ready = bits($_[0]), undef, undef, 0) > 0 }

#: often

my @released;    # numbers of the host's functions that nothing here refers to any more; they come at any time

# Sends one message to the host, after everything that was printed before it. Its second argument becomes 1 when it is sure to
# be sent.
sub say_line {
    flush_output() unless $| && select() eq 'main::STDOUT';    # to ask what STDOUT does would take longer
    say_released() while @released;
    return &say_long if length $_[0] > $room;
    $unwritten .= "$correction$last_piece$_[0]\n", $correction = '', $turns++, $_[1] = 1,
        substr($unwritten, 0, 0 + syswrite($out, $unwritten), '');
    write_out() if $unwritten ne '';
}

#: seldom

sub write_out {
    my ($count, $error);
    while (length $unwritten) {
        $count = syswrite($out, $unwritten), $error = 0 + $!, substr($unwritten, 0, 0 + $count, '');
        defined $count or wait_for($out, $error);
    }
}

# What was printed while user code has made STDOUT buffer. To set $| empties the buffer.
sub flush_output {
    my $is_live;
    select((select(STDOUT), $is_live = $|, $| = 1, $| = $is_live)[0]);
}

sub say_released {
    $unwritten .= $correction . join('', map("${last_piece}RELEASE $_\n", splice @released, 0, 50)), $correction = '', $turns++;
    write_out();
}

# Sends what takes more than one piece. When a signal's handler has sent something in between, it begins anew.
sub say_long {
    my ($size, $turn, $start) = (length $_[0], -1, 0);
    until (defined $_[1] && $_[1] eq '1') {
        if ($turn != $turns) {
            $unwritten .= $correction, $correction = '', $start = 0, $turn = ++$turns;
            next if $bulk && !$is_bulk_open && &say_bulk($turn, @_);
        }
        my $is_last = $size - $start <= $room;
        my $piece = ($is_last ? $last_piece : $more_pieces) . substr($_[0], $start, $room) . "\n";
        ($unwritten, $correction, $_[1], $start) = @{ (
            ["$unwritten$piece", $abandonment x !$is_last, ($_[1], 1)[$is_last], $start + $room], [$unwritten, $correction, $_[1], $start]
        )[$turn != $turns] };
        write_out();
    }
}

# Sends a message through the socket, of which nothing is known any more once a message has been abandoned there.
sub say_bulk {
    my ($turn, undef, undef) = @_;
    my ($done, $size) = (0, length $_[1]);
    ($unwritten, $correction, $is_bulk_open) =
        @{ (["$unwritten$announcement$size\n", $abandonment, 1], [$unwritten, $correction, $is_bulk_open])[$turn != $turns] };
    write_out();
    my ($count, $error);
    while ($turn == $turns && $done < $size) {
        $count = syswrite($bulk, $_[1], ($size - $done) * ($turn == $turns), $done), $error = 0 + $!, $done += $count,
            ($correction, $is_bulk_open, $_[2]) = @{ (
                [$abandonment x ($done < $size), $done < $size, ($_[2], 1)[$done == $size]], [$correction, $is_bulk_open, $_[2]]
            )[$turn != $turns] };
        defined $count or wait_for($bulk, $error);
    }
    return 1;
}

# Waits until a stream takes or has something, if this is what has gone wrong.
sub wait_for {
    my ($stream, $error, $reads) = @_;
    return if $error == 4;         # EINTR
    exit 1 if $error != 11;        # EAGAIN: somebody has it not wait. Else nobody is there any more
    my $bits = bits($stream);
    select($reads ? $bits : undef, $reads ? undef : $bits, undef, 1);
}

#: often

# ---- Values ---------------------------------------------------------------------------------------------------------

my $max_depth = 20_000;
my $too_deep = 'refers to itself, or is nested too deep';
my %escapes = ('"' => '\\"', '\\' => '\\\\', "\n" => '\\n', "\r" => '\\r', "\t" => '\\t', "\f" => '\\f', "\b" => '\\b');
my %unescapes = (n => "\n", r => "\r", t => "\t", f => "\f", b => "\b", '"' => '"', '\\' => '\\', '/' => '/');
my ($true, $false);
my ($protocol, $extended);    # whether it is EJSON, which has words for more than JSON

# What a scalar was made as: Perl 5.36 keeps numbers that were printed apart from strings that were added, and knows
# booleans. Earlier ones take a number that has been printed for a string.
BEGIN {
    if ($] >= 5.036) { *is_number = \&builtin::created_as_number; *is_bool = \&builtin::is_bool }
    else {
        require B;
        eval 'sub is_bool { 0 } sub is_number {
            return 0 if ref $_[0];
            my $copy = $_[0];    # whose text is made, and not that of the original: it would be a string from then on
            return 0 unless $copy =~ /^-?[0-9iInN]/;
            my $flags = B::svref_2object(\$_[0])->FLAGS;
            $flags & (B::SVp_IOK() | B::SVp_NOK()) && !($flags & B::SVp_POK());
        } 1' or die $@;
    }
}
if ($] >= 5.036) { ($true, $false) = (!!1, !!0) }
else {
    load('JSON/PP/Boolean.pm') or load('JSON/PP.pm');
    ($true, $false) = map { my $value = $_; bless \$value, 'JSON::PP::Boolean' } 1, 0;
}
# Before 5.30, Perl's own reading of decimals may miss the nearest number by one bit.
my $reads_decimals = $] >= 5.030;
my $read_decimal = $reads_decimals ? sub { $_[0] + 0 } : do { require POSIX; sub { scalar POSIX::strtod($_[0]) } };

# A module in C reads JSON twenty times as fast as Perl does, and writes text. Where one is installed, it does what it does
# exactly. It is not looked for before it pays: that takes as long as a third of the start.
my ($module, $reads_floats, $module_decode, $module_encode);    # undef: not looked for; '': there is none
my $surely_exact = 0;           # texts that are shorter are read exactly
my $worth_a_module = 4096;      # bytes of a text

#: seldom

sub find_module {
    return $module if defined $module;
    $module = '';    # for what is read and written by the trial
    my ($tried, $thrown);
    for my $name ('Cpanel::JSON::XS', 'JSON::XS') {
        eval { insist(sub { $tried ||= tried($name); 1 }); 1 } or $thrown = [$@];    # by a signal's handler
    }
    $module = $tried || ($thrown ? undef : '');
    die @$thrown if $thrown;
    return $module;
}

# A module that has done the same as this driver with what others have done otherwise.
sub tried {
    my ($name) = @_;
    (my $file = "$name.pm") =~ s{::}{/}g;
    load($file) or return '';
    my $tried = $name->new->utf8->allow_nonref->max_depth(500);
    if ($] >= 5.036) { $tried->can('unblessed_bool') ? $tried->unblessed_bool : $tried->boolean_values($false, $true) }
    $_ = 'changed' for @{ $tried->decode('[true,false,null,1]') };
    reads_alike($tried, $_) or return '' for
        '[0,-1,999999999999999999,-999999999999999999,[true,false,null,[],{}],{"a":{"a":"1"}},{"":0}]',
        qq(["","0","1.5","\xc3\xa9","\\u00e9","\\ud83d\\ude00","\xf0\x9f\x98\x80",{"\xc3\xa9":1},{"\\u00e9":1},"\\u0000\\/\\n"]);
    my $text = join('', map { chr } 0 .. 255, 0x20ac, 0x1f600);
    return '' if decode_text($tried->encode($text)) ne $text;
    $reads_floats = $reads_decimals && reads_alike($tried, '[0.1,0.3,1.59,4.35,1e22,1e23,2.5e-5,5e-324,1.7976931348623157e308,'
        . '0.30000000000000004,123456789.12345678,9007199254740993.0,-0.0,0e1,0.17709356856402891,2.2250738585072014E-308]');
    $surely_exact = 19 if $reads_floats;
    ($module_decode, $module_encode) = map { $tried->can($_) } qw(decode encode);
    return $tried;
}

sub reads_alike { encode_value($_[0]->decode($_[1]), 0) eq encode_value(decode_text($_[1]), 0) }

#: often

# Whether the module reads everything in a text as it is: no integers that may be too long for it, nor floats.
sub is_read_exactly {
    my $zeros = $_[0] =~ tr/1-9/0/r;
    return index($zeros, '0' x 19) < 0 && ($reads_floats || $zeros !~ /0[.eE]/);
}

my $no_loop = qq(Can't "last", "next" or "redo" outside a loop block\n);

our $json;    # the text that is being written; TO_JSON may have another one written meanwhile

# Longer lists and texts, in items and in characters, cross in parts: one side begins with them while the other makes the rest.
my ($long_list, $long_text) = (1024, 2**18);
my $part_size = 2**15;    # about how many characters a part has
my $first_part = 128;     # how many items the first one has
my $takes_parts;          # the host does
my %parts;                # what has come of long arguments, by request: the value, and what was wrong with it
our $has_objects;         # what is being written does
my $answered;             # a long list without any: it is freed when its caller has it, since no destructor is among it

sub is_long {
    return @{ $_[0] } > $long_list if ref $_[0] eq 'ARRAY';
    return !length ref $_[0] && defined $_[0] && length $_[0] > $long_text && !is_bytes($_[0]);
}

#: seldom

# Takes a part, which is the message. What it is read by takes long: a signal's handler may have taken it meanwhile.
sub take_part {
    my ($request, $payload) = @_;
    my ($part, $reason);
    if ($payload ne "\n") {
        local $@;
        eval { $part = decode($payload); 1 } or $reason = $@;
    }
    my $parts = $parts{$request} ||= [];
    if ($payload eq "\n") { delete $parts{$request} }
    elsif (defined $reason) { $parts->[1] ||= $reason }
    elsif (ref $part) { push(@{ $parts->[0] }, (@$part) x ($message ne '')), $message = '' }
    else { ($parts->[0] .= $part x ($message ne '')), $message = '' }
    $message = '';
}

# Puts a long argument behind the others.
sub add_parts {
    my ($request, $arguments) = @_;
    my $parts = delete $parts{$request} or return;
    die $parts->[1] if $parts->[1];
    push @$arguments, $parts->[0];
}

#: often

# JSON text of a value, in UTF-8; what the protocol would change on the way is an error that says where it sits: below the
# second argument, or in the result.
sub encode {
    if (!ref $_[0]) {    # as most are
        my $text = plain_text($_[0]);
        return $text if defined $text;
    }
    elsif (ref $_[0] eq 'ARRAY' && @{ $_[0] } < 9) {
        my @texts = map { plain_text($_) } @{ $_[0] };
        return '[' . join(',', @texts) . ']' if !grep { !defined } @texts;
    }
    local $SIG{__DIE__} if $SIG{__DIE__};    # what is thrown below is none of the user's business
    local $json = '';
    if (!eval { write_items(0, undef, $_[0]); 1 }) {
        my $error = $@;
        die $error if !is_refusal($error);    # by a TO_JSON, say
        my $start = defined $_[1] ? $_[1] . (defined $_[2] ? $_[2] : '') : 'result';
        my $way = $error->{message} eq $too_deep && find_depth($_[0], 0, {});
        my ($path, $reason) = find_culprit($_[0], $way ? "$start$way" : $start, $error);
        die $reason if !is_refusal($reason);
        refuse("$path: $reason->{message}");
    }
    chop $json;
    return $json;
}

# The text of what is neither a list nor an object, if it is as usual: nothing that needs a word, an escape, or parts.
sub plain_text {
    my $value = $_[0];    # of a number, its text is made, and not that of the original: it might be a string from then on
    if (is_number($value)) {
        # Perl's text is exact for integers, but for negative zero's, and for decimals of six places. To read it again, in order to
        # see that, would take longer than to write it.
        my $is_exact = int $value == $value ? $value && (abs $value < 1e15 || "$value" !~ tr/-0-9//c)
            : abs $value < 1e9 && int($value * 1e6 + ($value < 0 ? -0.5 : 0.5)) / 1e6 == $value;
        return $is_exact ? "$value" : undef;
    }
    return 'null' if !defined $value;
    return undef if length ref $value;
    return $value ? 'true' : 'false' if is_bool($value);
    return length $value > $long_text || $value =~ tr/ !#-)+-[]-~//c ? undef : "\"$value\"";
}

sub encode_value {
    my ($value, $depth) = @_;
    local $json = '';
    write_items($depth, undef, $value);
    chop $json;
    return $json;
}

# Writes values that are as deep as that, with a comma behind each, and with keys in front if they have some. Most are
# told apart and written right here: calling a sub for each would take as long again.
sub write_items {
    my ($depth, $keys) = (shift, shift);
    my $index = 0;
    for (@_) {
        $json .= $keys->[$index++] if $keys;
        my $value = $_;    # as in plain_text; and what is tied may say something else when it is asked again
        if (length ref $value) { write_reference($value, $depth + 1) }
        elsif (!defined $value) { $json .= 'null,' }
        elsif (is_number($value)) {
            my $is_exact = int $value == $value ? $value && (abs $value < 1e15 || "$value" !~ tr/-0-9//c)
                : abs $value < 1e9 && int($value * 1e6 + ($value < 0 ? -0.5 : 0.5)) / 1e6 == $value;
            $json .= $is_exact ? "$value," : encode_number($value) . ',';
        }
        elsif (is_bool($value)) { $json .= $value ? 'true,' : 'false,' }
        elsif ($value =~ tr/ !#-)+-[]-~//c) {    # a glob begins with a star
            $json .= encode_string($value);
            $json .= ',';
        }
        else { $json .= "\"$value\"," }
    }
}

sub write_reference {
    my ($value, $depth) = @_;
    my $kind = ref $value;
    refuse($too_deep) if $depth > $max_depth;
    if ($kind eq 'ARRAY') {
        $json .= '[';
        my $write = @$value > 8 && ref $value->[0] eq 'HASH' ? row_writer(keys %{ $value->[0] }) : \&write_items;
        $write->($depth, undef, @$value);
        chop $json if @$value;
        $json .= '],';
    }
    elsif ($kind eq 'HASH') { write_hash($value, $depth) }
    else { $json .= join(',', outside_loops(\&encode_object, $value, $kind, $depth), '') }
}

#: seldom

my %row_writers;
my $most_columns = 200;    # to compile more takes longer than it saves

# Rows of a table have the same keys: what writes them is compiled for these keys, in any order, and leaves it to
# write_items if something is not as usual.
sub row_writer {
    my @keys = sort @_;
    return \&write_items if !@keys || @keys > $most_columns || grep { !/^[A-Za-z_]\w*\z/a } @keys;
    %row_writers = () if keys %row_writers > 100;
    return $row_writers{ join(' ', @keys) } ||= compile_row_writer(@keys);
}

sub compile_row_writer {
    my (@keys) = @_;
    my $text_of = q{(is_number(VALUE)
            ? ((int VALUE == VALUE ? VALUE && (abs VALUE < 1e15 || "VALUE" !~ tr/-0-9//c)
                : abs VALUE < 1e9 && int(VALUE * 1e6 + (VALUE < 0 ? -0.5 : 0.5)) / 1e6 == VALUE) ? VALUE : encode_number(VALUE))
        : is_bool(VALUE) ? (VALUE ? 'true' : 'false')
        : length ref VALUE ? $is_row->($row) ? encode_value(VALUE, $depth + 1) : OTHER
        : !defined VALUE ? $is_row->($row) ? 'null' : OTHER
        : VALUE =~ tr/ !#-)+-[]-~//c ? encode_string(VALUE) : "\"VALUE\"")};
    # Looked for before what lies deeper is written, which is not to be written twice.
    my $is_row = sub {
        my ($row) = @_;
        return !grep { !exists $row->{$_} } @keys;
    };
    my @values = map { "\$value$_" } 0 .. $#keys;
    my @entries = map {
        my $text = $text_of;
        $text =~ s/VALUE/$values[$_]/g;
        $text =~ s/OTHER/do { write_items(\$depth, undef, \$row); next }/g;
        "'\"$keys[$_]\":' . $text";
    } 0 .. $#keys;
    my $code = 'sub {
        my ($depth, $keys) = (shift, shift);
        my (VALUES);
        for (@_) {
            my $row = $_;
            if (ref $row eq "HASH" && keys %$row == COUNT) {
                (VALUES) = @$row{qw(KEYS)};
                $json .= "{" . ENTRIES . "},";
            }
            else { write_items($depth, undef, $row) }
        }
    }';
    my %parts = (
        COUNT => scalar @keys,
        VALUES => join(', ', @values),
        KEYS => join(' ', @keys),
        ENTRIES => join(" . ',' . ", @entries),
    );
    $code =~ s/\b(COUNT|VALUES|KEYS|ENTRIES)\b/$parts{$1}/g;
    local $SIG{__WARN__} = sub { };
    delete local @CORE::GLOBAL::{ keys %CORE::GLOBAL:: };
    return eval($code) || die $@;
}

#: often

my %key_texts;    # of keys that are plain, with their colons

sub write_hash {
    my ($value, $depth) = @_;
    return write_tied_hash($value, $depth) if tied %$value;
    my $has_bytes;
    my @keys = map { $key_texts{$_} || encode_key($_, $has_bytes) } keys %$value;
    return $json .= encode_map($value, $depth) . ',' if $has_bytes;
    $json .= '{';
    write_items($depth, \@keys, values %$value);
    chop $json if @keys;
    $json .= '},';
}

# A key of an object, which is text, and its colon: for bytes, it sets its second argument.
sub encode_key {
    if ($_[0] =~ /^[A-Za-z_]\w*\z/a) {
        %key_texts = () if keys %key_texts > 10_000;
        return $key_texts{$_[0]} = "\"$_[0]\":";
    }
    return encode_text($_[0]) . ':' unless $extended;
    $_[1] = 1 if is_bytes($_[0]);
    return encode_text($_[0] =~ /^\$/ ? "\$$_[0]" : $_[0]) . ':';
}

#: seldom

# It says what it has once, and might say the same key twice.
sub write_tied_hash {
    my ($tied, $depth) = @_;
    my %value;
    while (my ($key, $value) = each %$tied) {
        refuse("a tied hash has the key '$key' twice") if exists $value{$key};
        $value{$key} = $value;
    }
    write_hash(\%value, $depth);
}

sub encode_map {
    my ($value, $depth) = @_;
    my @entries = map { '[' . encode_value($_, $depth) . ',' . encode_value($value->{$_}, $depth) . ']' } keys %$value;
    return word(map => '[' . join(',', @entries) . ']');
}

# A word of EJSON, for what JSON has none for.
sub word { "{\"\$$_[0]\":$_[1]}" }

# What is neither a number nor plain ASCII.
sub encode_string {
    refuse("a glob cannot be carried by $protocol: hold() it, or iterate() over its lines") if ref \$_[0] eq 'GLOB';
    return encode_text($_[0]) unless $extended && is_bytes($_[0]);
    return word(binary => '{"base64":"' . base64($_[0]) . '","subType":"00"}');
}

# Perl does not tell text from bytes: what is not ASCII is text if Perl keeps it as characters.
sub is_bytes { !utf8::is_utf8($_[0]) && $_[0] =~ tr/\x80-\xff// }

sub base64 {
    my $text = join('', map { substr($_, 1) } split(/\n/, pack('u', $_[0])));
    $text =~ tr{` -_}{AA-Za-z0-9+/};
    my $padding = -length($_[0]) % 3;
    substr($text, -$padding) = '=' x $padding if $padding;
    return $text;
}

sub encode_text {
    my $text = "$_[0]";    # without the number that it may have been used as
    if ($module || length $text > $worth_a_module && find_module()) {
        my $written = eval { $module_encode->($module, $text) };
        die_of_signal() if !defined $written;
        return $written if defined $written && $written !~ tr/\xed\xf4-\xff//;    # half of a pair, maybe, or beyond Unicode
    }
    $text =~ s/(["\\\x00-\x1f])/$escapes{$1} || sprintf('\\u%04x', ord $1)/ge;
    if (utf8::is_utf8($text) && $text =~ /[^\x00-\x{d7ff}\x{e000}-\x{10ffff}]/) {
        $text =~ s/([\x{d800}-\x{dfff}])/sprintf('\\u%04x', ord $1)/ge;
        refuse("a character beyond Unicode cannot be carried by $protocol") if $text =~ /[^\x00-\x{10ffff}]/;
    }
    utf8::encode($text);
    return "\"$text\"";
}

sub encode_number {
    my $number = $_[0];
    my $text = do { my $copy = $number; "$copy" };
    if ($text =~ /^-?\d+\z/ && $text == $number) {
        return $number == 0 && sprintf('%g', $number) eq '-0' ? '-0.0' : $text;
    }
    if ($text =~ /[nN]/) {
        return word(numberDouble => '"' . not_finite($number) . '"') if $extended;
        refuse("$text is not a JSON number");
    }
    for my $digits (15 .. 17) {
        $text = sprintf("%.${digits}g", $number);
        last if $read_decimal->($text) == $number;
    }
    # A float beyond 2^53 may happen to be whole: without a fraction, it would arrive as an integer.
    return $text =~ /^-?\d+\z/ && abs($number) > 9007199254740992 ? "$text.0" : $text;
}

# The name of a number that is not finite.
sub not_finite {
    my ($number) = @_;
    return $number - $number == 0 ? undef : $number != $number ? 'NaN' : $number > 0 ? 'Infinity' : '-Infinity';
}

# Runs what runs user code, so that its `last`, `next` and `redo` do not lead into a loop of this text.
sub outside_loops {
    my $run = shift;
    my ($is_begun, $values);
    {
        die $no_loop if $is_begun++;
        $values = [$run->(@_)];
    }
    return @{ $values || die $no_loop };
}

sub encode_object {
    my ($value, $kind, $depth) = @_;
    my $is_object = $can->($value, 'isa');    # and not just a reference
    if ($is_object) {
        return $$value ? 'true' : 'false' if $isa->($value, 'JSON::PP::Boolean');
        $has_objects = 1;
        if (my $to_json = $can->($value, 'TO_JSON')) {
            my $json = $to_json->($value);    # one value, as for other modules, whatever it returns
            return encode_value($json, $depth);
        }
        if ($isa->($value, 'Math::BigInt') && !$isa->($value, 'Math::BigFloat')) {
            refuse("$value is not a JSON number") if $value->is_nan || $value->is_inf;
            my $digits = $value->bstr;
            refuse("'$digits' is not a JSON number") if $digits !~ /^-?[0-9]+\z/;
            return $digits;
        }
        return encode_date($value) if $extended && $isa->($value, 'Time::Piece');
    }
    refuse("a reference to $kind cannot be carried by $protocol" . advice($value, $kind, $is_object));
}

sub encode_date {
    my $epoch = $_[0]->epoch;
    my $nearest = sprintf('%.0f', 1000 * $epoch);    # the product may be off by one
    my ($milliseconds) = grep { $_ / 1000 == $epoch } map { sprintf('%.0f', $nearest + $_) } 0, -1, 1;
    # What is nearly that, as far as floats go, is meant to be that: 1700000000.1 + 0.023.
    $milliseconds = $nearest if !defined $milliseconds && abs($epoch - $nearest / 1000) <= 1e-9 + 2.3e-16 * abs($epoch);
    refuse('a moment with a fraction of a millisecond cannot be carried: send its ->epoch') unless defined $milliseconds;
    refuse('a moment that far away cannot be carried: send its ->epoch') if abs($milliseconds) > 8.64e15;    # by a Date
    return word(date => "{\"\$numberLong\":\"$milliseconds\"}");
}

# What to do about a value that has no word.
sub advice {
    my ($value, $kind, $is_object) = @_;
    return ': hold() it, or iterate() over it' if $kind eq 'CODE';
    return ': hold() it, or iterate() over its lines' if $kind eq 'GLOB' || $is_object && $isa->($value, 'IO::Handle');
    return ': send its ->bstr or ->numify' if $is_object && $isa->($value, 'Math::BigFloat');
    return ', unless it has a method TO_JSON: send its text' if $kind eq 'Regexp';
    return ', unless it has a method TO_JSON: hold() it' if $is_object;
    return ': send what it refers to, or hold() it';
}

sub is_refusal { ref $_[0] eq '_BOND_SerializationException' }

sub refuse { die _BOND_SerializationException->new($_[0]) }

# The path of the innermost part of a value that cannot be encoded, and why it cannot.
sub find_culprit {
    my ($value, $path, $reason) = @_;
    return (substr($path, 0, 200) . '...', $reason) if length $path > 200;
    for my $part (parts_of($value)) {
        my ($name, $content) = @$part;
        return find_culprit($content, $path . $name, $@) unless defined eval { encode_value($content, 0) };
    }
    return ($path, $reason);
}

# Where a value is nested too deep, or refers to itself. To try to encode it at each level would take its depth squared.
sub find_depth {
    my ($value, $depth, $seen) = @_;
    return '' if $depth > $max_depth;
    return undef if defined $seen->{$value} && $seen->{$value} >= $depth;
    $seen->{$value} = $depth;
    for my $part (parts_of($value)) {
        my ($name, $content) = @$part;
        my $way = ref $content ? find_depth($content, $depth + 1, $seen) : undef;
        return $depth > 200 ? '' : $name . $way if defined $way;
    }
    return undef;
}

# The items of a list or a hash, with their names.
sub parts_of {
    my ($value) = @_;
    return map { ["[$_]", $value->[$_]] } 0 .. $#$value if ref $value eq 'ARRAY';
    return map { [/^[A-Za-z_]\w*\z/a ? ".$_" : "[\"$_\"]", $value->{$_}] } sort keys %$value if ref $value eq 'HASH' && !tied %$value;
    return;
}

#: often

our $is_ascii;      # whether the text that is being read is
my $decoded = 0;    # how many texts have been

# The value of a JSON text in UTF-8. It is read as bytes: on characters, Perl would count from the start again and again.
sub decode {
    my $value;
    local $SIG{__DIE__} if $SIG{__DIE__};
    my $is_for_module = $module || !defined $module && (++$decoded > 10 || length $_[0] > $worth_a_module) && find_module();
    my $is_read;
    if ($is_for_module && (length $_[0] < $surely_exact || is_read_exactly($_[0]))) {
        $is_read = eval { $value = $module_decode->($module, $_[0]); 1 };
        die_of_signal() if !$is_read;
    }
    my $has_words = $extended && index($_[0], '"$') >= 0;
    return $value if $is_read && !$has_words;
    return $value if eval {
        $value = decode_text($_[0]) if !$is_read;
        $value = read_words($value) if $has_words;
        1;
    };
    die $@ if !is_refusal($@);    # by a signal's handler, say
    refuse("what the host sent cannot be decoded: $@->{message}");
}

# What has died instead of a module may have been a signal's handler.
sub die_of_signal { die $@ if length ref $@ || $@ !~ /\bcharacter\b/ }

# Reads what a module could not.
sub decode_otherwise {
    die_of_signal();
    return decode($_[0]);
}

sub decode_text {
    my ($text) = @_;
    my $value;
    local $is_ascii;
    for ($text) {
        $is_ascii = !/[^\x00-\x7f]/;
        $value = decode_value(0);
        /\G\s*\z/gc or refuse("it goes on after its end");
    }
    return $value;
}

my %literals = (true => $true, false => $false, null => undef);

# Reads on in $_, from where the last match has ended.
sub decode_value {
    my ($depth) = @_;
    /\G\s+/gc;
    return decode_string() if /\G"/gc;
    return decode_word($1) if /\G([-+.\w]+)/gca;
    refuse("it is nested too deep") if $depth > $max_depth;
    return decode_array($depth + 1) if /\G\[/gc;
    return decode_hash($depth + 1) if /\G\{/gc;
    refuse("it is not JSON");
}

# A number, true, false or null.
sub decode_word {
    my ($text) = @_;
    return $literals{$text} if exists $literals{$text};
    $text =~ /^-?[0-9]+((?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)\z/ or refuse("it is not JSON");
    if ($1 ne '') {
        my $number = $read_decimal->($text);
        return $number == 0 && $text =~ /^-/ ? -0.0 : $number;
    }
    my $number = $text + 0;
    return $number if length $text < 16;
    return $number if do { my $copy = $number; "$copy" eq $text };    # before 5.36, the copy is a string from now on
    return with_module('Math/BigInt.pm', sub { Math::BigInt->new($text) });
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
        else { refuse("a string in it has no end") }
        /\G([^"\\]*)/gc;
        $text .= $1;
    }
    utf8::decode($text);
    return $text;
}

sub utf8_bytes {
    my $character = chr $_[0];
    utf8::encode($character);
    return $character;
}

# Most items, and what stands behind them, are taken by one match.
sub decode_array {
    my ($depth) = @_;
    my @items;
    return \@items if /\G\s*\]/gc;
    while (/\G\s*((?:"[^"\\]*"|[-+.\w]+)[,\]]|)/gca) {
        my $item = $1;
        my $end = chop $item;
        if ($item eq '') {
            push @items, decode_value($depth);
            $end = /\G\s*([,\]])/gc ? $1 : '';
        }
        elsif (ord $item == 34) {
            push @items, substr($item, 1, -1);
            utf8::decode($items[-1]) unless $is_ascii;
        }
        else { push @items, $item !~ tr/0-9//c && length $item < 16 ? $item + 0 : decode_word($item) }
        next if $end eq ',';
        return \@items if $end eq ']';
        refuse("a list in it has no end");
    }
}

# Most entries, and what stands behind them, are taken by one match.
sub decode_hash {
    my ($depth) = @_;
    my %items;
    return \%items if /\G\s*\}/gc;
    while (1) {
        my ($key, $item, $end);
        if (/\G\s*"([^"\\]*)"\s*:\s*((?:"[^"\\]*"|[-+.\w]+)[,}]|)/gca) {
            ($key, $item) = ($1, $2);
            utf8::decode($key) unless $is_ascii;
            $end = chop $item;
        }
        else { ($key, $item) = (decode_key(), '') }
        if ($item eq '') {
            $items{$key} = decode_value($depth);
            $end = /\G\s*([,}])/gc ? $1 : '';
        }
        elsif (ord $item == 34) {
            $items{$key} = substr($item, 1, -1);
            utf8::decode($items{$key}) unless $is_ascii;
        }
        else { $items{$key} = $item !~ tr/0-9//c && length $item < 16 ? $item + 0 : decode_word($item) }
        next if $end eq ',';
        return \%items if $end eq '}';
        refuse("an object in it has no end");
    }
}

#: seldom

# A key with escapes in it.
sub decode_key {
    /\G\s*"/gc or refuse("a key is missing in it");
    my $key = decode_string();
    /\G\s*:/gc or refuse("a value is missing in it");
    return $key;
}

# A value with what the words of EJSON mean in their places.
sub read_words {
    my ($value) = @_;
    return [map { ref $_ ? read_words($_) : $_ } @$value] if ref $value eq 'ARRAY';
    return $value unless ref $value eq 'HASH';
    my ($name) = keys %$value;
    return read_word($name, $value->{$name}) if keys %$value == 1 && $name =~ /^\$[^\$]/;
    return { map { (/^\$\$/ ? substr($_, 1) : $_) => read_words($value->{$_}) } keys %$value };
}

sub read_date {
    my $epoch = $_[0]{'$numberLong'} / 1000;
    return with_module('Time/Piece.pm', sub { scalar Time::Piece->gmtime($epoch) });
}

my %loaded;

# What a module makes of something; it asks objects what they are, as it has learnt to.
sub with_module {
    my ($file, $use) = @_;
    $loaded{$file} ||= load($file, $use) or refuse("$file cannot be loaded");    # some load more when they are first used
    no strict 'refs';
    local *UNIVERSAL::isa = $isa if \&UNIVERSAL::isa != $isa;
    local *UNIVERSAL::can = $can if \&UNIVERSAL::can != $can;
    return $use->();
}

my %typed_arrays = (
    int8 => 'c', int16 => 's<', int32 => 'l<', int64 => 'q<', uint8 => 'C', uint16 => 'S<', uint32 => 'L<', uint64 => 'Q<',
    uint8clamped => 'C', float32 => 'f<', float64 => 'd<',
);
my $infinity = 9**9**9;
my %not_finite = (NaN => -sin($infinity), Infinity => $infinity, '-Infinity' => -$infinity);
my %words = (
    '$numberDouble' => sub { exists $not_finite{ $_[0] } or refuse("$_[0] is a number of JSON"); $not_finite{ $_[0] } },
    '$binary' => sub { bytes_of($_[0]{base64}) },
    '$date' => \&read_date,
    '$map' => \&read_map,
    '$set' => \&read_words,
    '$typedArray' => \&read_typed_array,
);

sub read_word {
    my ($name, $content) = @_;
    my $read = $words{$name} or refuse("$name is no word of EJSON");
    return $read->($content);
}

sub bytes_of {
    my ($text) = @_;
    $text =~ tr/=//d;
    $text =~ tr{A-Za-z0-9+/}{ -_};
    return join('', map { unpack('u', chr(32 + int(length($_) * 3 / 4)) . $_) } unpack('(a84)*', $text));
}

sub read_typed_array {
    my ($content) = @_;
    my $type = $typed_arrays{ $content->{type} } or refuse("there is no typed array of $content->{type}");
    return [unpack("$type*", bytes_of($content->{base64}))];
}

sub read_map {
    my %items;
    for my $entry (@{ $_[0] }) {
        my ($key, $value) = @{ read_words($entry) };
        $key = key_of($key);
        refuse("keys of a Map that are the same in Perl: $key") if exists $items{$key};
        $items{$key} = $value;
    }
    return \%items;
}

# Keys of a hash are strings. Numbers have a text of their own; nothing else has.
sub key_of {
    my ($key) = @_;
    return "$key" if ref $key eq 'Math::BigInt';
    refuse("a key of a Map that is neither text nor a number") if ref $key || !defined $key || is_bool($key);
    return !is_number($key) ? $key : not_finite($key) || encode_number($key);
}

#: often

# ---- Exceptions -----------------------------------------------------------------------------------------------------

{
    package _BOND_Exception;
    my $has_text;

    sub new {
        my ($class, $message, %more) = @_;
        $has_text ||= give_text();
        return bless { message => $message, %more }, $class;
    }

    # Not before there is an exception: to load `overload` takes as long as a tenth of the start.
    sub give_text {
        my @operators = ('""' => sub { $_[0]{message} }, bool => sub { 1 }, fallback => 1);
        return __BOND_driver::load('overload.pm', sub { overload->import(@operators) });
    }
}

# A value cannot cross to the host, or from it.
@_BOND_SerializationException::ISA = '_BOND_Exception';
# An exported function of the host failed: {data} is what it threw, or the text of it.
@_BOND_RemoteException::ISA = '_BOND_Exception';
# The host has interrupted what was running.
@_BOND_InterruptException::ISA = '_BOND_Exception';

my $transparent;

#: seldom

# What the host is told about an exception. Whatever has been thrown, and however it behaves when it is looked at: this answers.
sub report {
    my ($request, $error) = @_;
    local ($@, $SIG{__DIE__});
    my $is_bond = $isa->($error, '_BOND_Exception') && $isa->($error, 'HASH');
    my ($message, $type, $call) = (text_of($is_bond ? $error->{message} : $error), undef, undef);
    if ($is_bond) { ($type, $call) = map { defined && !ref && plain_text($_) ? $_ : undef } @$error{qw(type call)} }
    $type = text_of(ref $error) if !defined $type && length ref $error;
    my %description = (message => $message, call => $call);
    return "ERROR $request " . encode(\%description) if $is_bond && $isa->($error, '_BOND_SerializationException');
    $description{type} = $type if defined $type;
    if ($transparent) {
        $description{data} = $is_bond && exists $error->{data} ? $error->{data} : $is_bond || !length ref $error ? $message : $error;
        my $text = eval { encode($description{data}, 'exception') };
        return "ERROR $request " . encode(not_transparent($message, $call, $@)) unless defined $text;
    }
    return "EXCEPT $request " . (eval { encode(\%description) } || encode({ message => $message, call => $call }));
}

sub not_transparent {
    my ($message, $call, $reason) = @_;
    return { message => text_of($reason) . " (with transExcept, what was thrown crosses itself: $message)", call => $call };
}

my $no_text = 'an exception whose text cannot be had';

# What the text of something is, without the newline at its end. It is text, and not bytes, whatever Perl keeps it as. The code
# that makes it is the user's: it may die, or make it anew again and again.
sub text_of {
    my ($value) = @_;
    my $text = !length ref $value ? $value : eval { object_text($value) };
    return $no_text if !defined $text || length ref $text;
    $text =~ s/\n\z//;
    utf8::upgrade($text);
    $text =~ s/[^\x00-\x{10ffff}]/\x{fffd}/g;    # beyond Unicode
    return $text;
}

my $has_overload;

# It loads more when it is first used.
sub load_overload {
    return $has_overload ||= load('overload.pm', sub { overload::Method('UNIVERSAL', '""'); overload::StrVal(bless [], 'UNIVERSAL') });
}

sub object_text {
    my ($value) = @_;
    return "$value" if !$can->($value, 'isa') || !load_overload();
    my $method = overload::Method($value, '""') or return "$value";
    my ($class, $depth) = (ref $value, 0);
    no strict 'refs';
    # Perl would follow it until there is no stack left.
    local *{"${class}::(\"\""} = sub {
        die "$no_text\n" if ++$depth > 50;
        my $text = $method->(@_);
        $text = overload::StrVal($text) eq overload::StrVal($_[0]) ? overload::StrVal($text) : "$text" if length ref $text;
        $depth--;
        return $text;
    };
    return "$value";
}

#: often

# ---- Functions of the host ------------------------------------------------------------------------------------------

my $last_call = 0;
our $running = 0;
my $last_interrupt = 0;    # the number of the last one that was noticed
our $releasing = 0;
my $interrupted;    # [what is to be thrown in user code that waits for the host]: an interrupt, say, came meanwhile

#: seldom

sub call_host {
    my ($name, $arguments, $callee) = @_;
    die "$name is a function of the host: a forked process cannot call it\n" if is_fork();
    die "$name is a function of the host: what the host lets go of cannot call it any more\n" if $releasing;
    local ($@, $!);
    my $payload = encode($arguments, $name, '(): args');
    my $request = $busy ? $running : carried_out();
    my $frame = ++$last_call;
    my ($verb, $answer) = serve($frame, "CALL $frame $request [$callee,$payload]");
    if ($interrupted) {
        my ($error) = @$interrupted;
        $interrupted = undef;
        die $error;
    }
    my $value;
    $module && length $answer < $surely_exact && !$SIG{__DIE__} && index($answer, '"$') < 0    # as most are
        && eval { $value = $module_decode->($module, $answer); 1 } or $value = $@ eq '' ? decode($answer) : decode_otherwise($answer);
    return $value if $verb eq 'RETURN';
    if ($verb eq 'RETURN_WITH') {
        my ($result, $references) = @$value;
        for my $reference (@$references) { place($result, @$reference) }
        return $result->[0];
    }
    die _BOND_SerializationException->new($value->{message}, call => $frame + 0) if $verb eq 'ERROR';
    my $data = exists $value->{data} ? $value->{data} : $value->{message};
    die _BOND_RemoteException->new($value->{message}, call => $frame + 0, data => $data, type => $value->{type});
}

sub export {
    my ($name) = @_;
    $name =~ /^(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*\z/ or die "'$name' is not a valid name for a function\n";
    my $full_name = $name =~ /::/ ? $name : "main::$name";
    my $text = encode($name);
    no strict 'refs';
    my $sub = sub { call_host($name, [@_], $text) };
    # Code that is compiled later is parsed as it was with the sub of that name until now.
    my $prototype = defined &$full_name ? prototype $full_name : undef;
    load('Scalar/Util.pm');
    &Scalar::Util::set_prototype($sub, $prototype) if defined $prototype;
    *$full_name = $sub;
}

# A function that the host has lent, by its number.
sub main::_BOND_callback {
    my $lent = bless { number => $_[0] }, '_BOND_Lent';
    return sub { call_host('callback', [@_], $lent->{number}) };
}

sub _BOND_Lent::DESTROY { push @released, $_[0]{number} unless ${^GLOBAL_PHASE} eq 'DESTRUCT' }

# Returns one item after the other of what the host hands out in batches, and undef at the end.
sub main::_BOND_stream {
    my $take = main::_BOND_callback($_[0]);
    my ($size, @items) = (1);
    return sub {
        while (!@items) {
            return undef unless $take;
            my ($batch, $is_done) = @{ $take->($size) };
            @items = @$batch;
            $size *= 2 if $size < 256;
            undef $take if $is_done;
        }
        my $item = shift @items;
        return $item if defined $item;
        die _BOND_SerializationException->new('an item of the stream is null, which cannot be told from its end');
    };
}

#: often

# ---- Requests -------------------------------------------------------------------------------------------------------

my %compiled;    # subs that call something function-like, by its text and the number of its arguments

my $taints = ${^TAINT};    # -T: code of the host may be run nevertheless

my $works_on_lists = qr/^\s*(map|grep|sort|reverse)\b(\s*\z)?/;

# Evaluates code in package main, in list context.
sub run_code {
    local $__BOND_driver::code = $_[0];
    ($__BOND_driver::code) = $__BOND_driver::code =~ /(.*)/s if $taints;
    utf8::upgrade($__BOND_driver::code);
    my @values = evaluate();
    return @values if !length ref $@ && $@ eq '';
    local $SIG{__DIE__};    # which has heard of it
    die $@;
}

#: seldom

# What begins with a brace is a hash if it can be one, as in an expression; as a statement, it might be a block. Perl is asked
# for errors, behind one that keeps it from running anything, BEGIN included.
sub with_hash {
    my ($code) = @_;
    $code =~ /\A(?:\s++|#[^\n]*+\n|^=[a-zA-Z].*?^=cut\b[^\n]*+\n)*+(?=\{)/ms or return $code;
    my $hash = substr($code, 0, $+[0]) . '+' . substr($code, $+[0]);
    local ($@, $SIG{__DIE__});
    local $SIG{__WARN__} = sub { };
    eval "package main; no strict; 1 = 1;\n$hash";
    die $@ if length ref $@;    # an interrupt
    # If there is a BEGIN in it, Perl looks no further.
    my $can_be = $@ =~ /BEGIN not safe/ ? $hash =~ /\+\{\s*(?:\$?[\w:]+|"[^"]*"|'[^']*')\s*(?:,|=>)/ : ($@ =~ tr/\n//) == 1;
    return $can_be ? $hash : $code;
}

#: often

my %full_names;    # of what is called by a name that has no meaning for the driver, such as `sort` has

sub run_call {
    my ($name, $arguments, $references, $named) = @_;
    my $spliced = $references || $named ? put_references($arguments, $references, $named) : {};
    if ($name =~ $works_on_lists) {
        my ($builtin, $is_bare) = ($1, defined $2);
        # What works on a list takes it as one argument, too.
        $arguments = $arguments->[0] if @$arguments == 1 && ref $arguments->[0] eq 'ARRAY';
        $name = taking_function($builtin) if $is_bare && $builtin ne 'reverse' && ref $arguments->[0] eq 'CODE';
    }
    return named_sub($name, $spliced, scalar @$arguments)->(@$arguments);
}

sub named_sub {
    my ($name, $spliced, $count) = @_;
    if (!%$spliced && $name =~ /^(?:\w+::)*\w+\z/) {
        no strict 'refs';
        my $full_name = $name =~ /::/ ? $name : "main::$name";
        if (defined &$full_name) {
            %full_names = () if keys %full_names > 1000;
            $full_names{$name} = $full_name if $name !~ $works_on_lists;
            return \&$full_name;
        }
    }
    my @terms = map { defined $spliced->{$_} ? "$spliced->{$_}\n" : "\$_[$_]" } 0 .. $count - 1;
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

my $nothing = \'';    # no result at all

# The text of a result, which may be several values, and then is their list. What is long is sent in parts, and leaves none. It
# is not copied on the way: a copy may have forgotten what it is.
sub result_text {
    my $request = shift;
    my $value = @_ == 1 ? \$_[0] : \\@_;
    return '' if ref $$value eq 'SCALAR' && $$value == $nothing;
    return $takes_parts && is_long($$value) ? say_parts($request, $value) : encode($$value);
}

#: seldom

# Such an expression need not be compiled: there is a new one every time.
my $lent_or_held = qr/^_BOND_(callback|stream|held)\((\d+)\)\z/;
my %lent_or_held = (callback => \&main::_BOND_callback, stream => \&main::_BOND_stream, held => \&main::_BOND_held);

# Puts what expressions refer to among the arguments, and those that have names behind the others. Expressions that are
# arguments themselves stand in the call as they are, prototypes and all: they are returned.
sub put_references {
    my ($arguments, $references, $named) = @_;
    my %spliced;
    for my $reference (@{ $references || [] }) {
        my ($path, $code) = @$reference;
        if ($path->[0] eq 'kwargs') { place($named, [@$path[1 .. $#$path]], $code) }
        elsif (@$path == 1 && $code !~ $lent_or_held) { $spliced{ $path->[0] } = $code }
        else { place($arguments, $path, $code) }
    }
    push @$arguments, map { $_ => $named->{$_} } sort keys %$named if $named;
    return \%spliced;
}

# What takes a function in the place of the block. They are compiled in package main, whose $a and $b it may want.
my %by = (
    map => 'sub __BOND_driver::map_by { my $code = shift; map { $code->($_) } __BOND_driver::listed(@_) }',
    grep => 'sub __BOND_driver::grep_by { my $code = shift; grep { $code->($_) } __BOND_driver::listed(@_) }',
    # The order is a number, of which sort would take the integer.
    sort => 'sub __BOND_driver::sort_by { my $code = shift; sort { $code->($a, $b) <=> 0 } __BOND_driver::listed(@_) }',
);

sub taking_function {
    my ($builtin) = @_;
    run_code(delete $by{$builtin}) if $by{$builtin};
    return "__BOND_driver::${builtin}_by";
}

sub listed { @_ == 1 && ref $_[0] eq 'ARRAY' ? @{ $_[0] } : @_ }

# Puts what an expression refers to in its place.
sub place {
    my ($place, $path, $code) = @_;
    my ($last, @steps) = reverse @$path;
    $place = ref $place eq 'HASH' ? $place->{$_} : $place->[$_] for reverse @steps;
    my $value = referred($code);
    if (ref $place eq 'HASH') { $place->{$last} = $value }
    else { $place->[$last] = $value }
}

sub referred {
    my ($code) = @_;
    return $lent_or_held{$1}->($2 + 0) if $code =~ $lent_or_held;
    return kept(outside_loops(\&run_code, "($code\n)"));
}

# The same for what stays here: a list of its own, and not what the values are taken from.
sub kept { @_ == 1 ? $_[0] : [@_] }

my %held;         # what the host holds here, by number
my %iterators;    # [sub that returns the next item or nothing, [what it has thrown behind items]], by number
my $counter = 0;

sub main::_BOND_hold {
    $held{ ++$counter } = kept(@_);
    return $counter + 0;    # before 5.36, what has been a key is taken for a string
}

# What a sub throws, so that it can be held; undef if it throws nothing.
sub main::_BOND_catch {
    my ($code, @arguments) = @_;
    local $@;
    return eval { $code->(@arguments); 1 } ? undef : $@;
}

sub main::_BOND_held {
    exists $held{ $_[0] } or die "nothing is held under the number $_[0]\n";
    return $held{ $_[0] };
}

# Lets go of something. Its destructor may fail as it likes; the host does not expect to be called by it.
sub release {
    my ($number) = @_;
    local ($@, $!, $?);
    local $releasing = 1;
    eval { delete $held{$number} };
}

sub main::_BOND_get { ${ entry(@_) } }
sub main::_BOND_set { ${ entry(@_[0, 1], 1) } = $_[2]; return }

# A reference to an entry of a hash or an array, blessed or not. To look for one does not make it.
sub entry {
    my ($holder, $name, $is_new) = @_;
    my $type = type_of($holder);
    if ($type eq 'HASH') { return $is_new || exists $holder->{$name} ? \$holder->{$name} : \undef }
    die "a value of type $type has no entries\n" if $type ne 'ARRAY';
    die "'$name' is not the index of an array\n" if $name !~ /^-?\d+\z/;
    return $is_new || exists $holder->[$name] ? \$holder->[$name] : \undef;
}

# What a value is below its class.
sub type_of {
    return ref \$_[0] unless ref $_[0];
    load_overload();
    return overload::StrVal($_[0]) =~ /(\w+)\(0x\w+\)\z/ ? $1 : '';
}

sub main::_BOND_invoke { my ($holder, $method, @arguments) = @_; $holder->$method(@arguments) }

sub main::_BOND_apply {
    my ($code, @arguments) = @_;
    return $code->(@arguments) if length ref $code || !$can->($code, 'new');
    return $code->new(@arguments);
}

sub main::_BOND_hold_result {
    my ($name, @arguments) = @_;
    return main::_BOND_hold(main::_BOND_apply(@arguments)) if $name eq '_BOND_apply';
    return main::_BOND_hold(main::_BOND_invoke(@arguments)) if $name eq '_BOND_invoke';
    return main::_BOND_hold(run_call($name, \@arguments));
}

my $now;

sub main::_BOND_iterate {
    my $next = @_ == 1 && iterator_of($_[0]);
    if (!$next) { my @items = @_; $next = sub { @items ? shift @items : () } }
    $now ||= load('Time/HiRes.pm') ? \&Time::HiRes::time : sub { time };
    $iterators{ ++$counter } = [$next];
    return $counter + 0;
}

# A sub that returns the next item, or nothing at the end; none for a value that is an item itself.
sub iterator_of {
    my ($value) = @_;
    my $type = type_of($value);
    return undef unless ref $value || $type eq 'GLOB';
    my $has = sub { ref $value && overload::Method($value, $_[0]) };
    my $step = $type eq 'CODE' || $has->('&{}') ? sub { scalar $value->() }
        : $type =~ /^(?:GLOB|IO)\z/ || $has->('<>') ? sub { scalar readline($value) }
        : undef;
    return sub { my $item = $step->(); defined $item ? $item : () } if $step;
    my $index = 0;
    return sub { $index < @$value ? $value->[$index++] : () } if $type eq 'ARRAY' || $has->('@{}');
    die "a value of type $type cannot be iterated over\n";
}

# The next items, and whether they are the last: as many as are wanted, or as come within some milliseconds.
sub main::_BOND_next {
    my ($number, $count) = @_;
    my $iterator = $iterators{$number} or die "there is no iterator $number\n";
    my ($next, $failure) = @$iterator;
    my (@items, $is_done);
    my $deadline = $now->() + 0.005;
    if (!$failure) {
        local $@;
        eval {
            do {
                my @item = $next->();
                $is_done = !@item;
                push @items, @item;
            } until $is_done || @items >= $count || $now->() > $deadline;
            1;
        } or $iterator->[1] = $failure = [$@];
    }
    if ($failure && (!@items || ref $failure->[0] eq '_BOND_InterruptException')) {
        delete $iterators{$number};
        die @$failure;
    }
    delete $iterators{$number} if $is_done;
    return [\@items, $is_done ? $true : $false];
}

sub main::_BOND_leave { delete $iterators{ $_[0] }; return }

#: often

my %handlers = (
    EVAL => sub { run_code($_[0] =~ /^\s*[{#=]/ ? with_hash($_[0]) : $_[0]) },
    EVAL_BLOCK => sub { run_code($_[0]); $nothing },
    CALL => sub {
        my ($call) = @_;
        my $full_name = @$call == 2 && $full_names{ $call->[0] };
        no strict 'refs';
        return $full_name && defined &$full_name ? &$full_name(@{ $call->[1] }) : run_call(@$call);
    },
    EXPORT => sub { export($_[0]); $nothing },
);

# ---- Loop -----------------------------------------------------------------------------------------------------------

my %aside;    # messages that belong to frames further out, by frame
my ($buffer, $scanned) = ('', 0);    # what has been read and not yet taken, and how much of it holds no newline

# Reads more of what the host sends, unless that has ended, or something has been set aside for a frame meanwhile. It is not read
# with readline, which a signal's handler that calls the host would upset.
sub read_more {
    my ($frame) = @_;
    my ($count, $wanted, $error);
    $count = sysread($in, $buffer, $wanted = 65_536 * !exists $aside{$frame}, length $buffer), $error = 0 + $!;
    return $count || !$wanted if defined $count;
    return 0 if $error != 4 && $error != 11;
    wait_for($in, $error, 1);
    return 1;
}

# What a signal's handler has thrown while no user code ran is not the end of everything: code that waits for the host will hear
# of it, if there is some.
sub outlive {
    my ($thrown) = @_;
    if ($called) { $interrupted = [$thrown] }
    elsif (ref $thrown ne '_BOND_InterruptException') {    # what that was meant for is over
        local $@;
        eval { warn $thrown };
    }
}

# Carries out what the host asks for in a frame, until it answers the call that opened the frame. What every request needs
# stands here in line: each sub that it had to call would make it longer by a twentieth.
#
# What user code throws leads out of the inner eval, as does what a signal's handler throws at any place, and a second one, on the
# way, out of the other. Then it goes on from where it was.
sub serve {
    my ($frame, $opening, $is_opened) = @_;
    my ($outer, $was_busy, $is_run, $line, $error, $failure, $kept, $end, $answer) = ($running, $busy, 0);
    (local $called = $opening), (local $message = $is_opened ? '' : undef), $busy = 0;
    until (defined $answer) {
        eval {
            until (defined $answer) {
                eval {
                    if ($failure) {
                        write_out();
                        $@ = '';
                        if (!defined $message) {    # the host has not been told of the frame
                            $answer = '';
                            return 1;
                        }
                        if ($is_run && !defined $line) { $error = $failure }
                        else { outlive(@$failure) }
                        $failure = undef;
                    }
                    say_line($opening, $message) if !defined $message;
                    if ($message eq '1') {    # it has been answered
                        $interrupted ||= $kept, $kept = undef if $kept;
                        $message = '', $line = undef, $is_run = 0, $running = $outer;
                    }
                    while (1) {
                        if ($message eq '') {
                            $message = substr($buffer, 0, ($end = 1 + index($buffer, "\n", $scanned)) * !%aside, ''),
                                $scanned = length($buffer) * !$end;
                            if ($message eq '') {
                                take_aside($frame) or $end or read_more($frame) or exit;    # the end of input: the host is gone
                                next;
                            }
                        }
                        my ($verb, $target, $request, $payload) = split / /, $message, 4;
                        if ($target ne $frame) {
                            exit if $verb eq 'END';    # the host has closed the bond
                            put_aside($verb, $target, $request, $payload);
                            next;
                        }
                        my $handler = $handlers{$verb};
                        if (!$handler) {
                            if ($verb eq 'PART') {
                                take_part($request, $payload);
                                next;
                            }
                            $line = $payload;
                            return $answer = $verb;
                        }
                        $kept = $interrupted, $interrupted = undef if $interrupted && !$is_run;    # that is for whoever waits in this frame
                        $running = $request, $is_run = 1;
                        if (!defined $line && !$error) {
                            my ($given, $text);
                            $module && length $payload < $surely_exact && !$SIG{__DIE__} && index($payload, '"$') < 0    # as most are
                                && eval { $given = $module_decode->($module, $payload); 1 } or $given = $@ eq '' ? decode($payload) : decode_otherwise($payload);
                            add_parts($request, $given->[1]) if %parts && ref $given;
                            {    # which is a loop to `last`, `next` and `redo` of user code
                                die $no_loop if $busy;
                                $busy = 1;
                                my @values = $handler->($given);
                                $text = plain_text($values[0]) if @values == 1;    # as most are
                                $text = result_text($request, @values) if !defined $text;
                            }
                            defined $text or die $no_loop;
                            $busy = 0;
                            $@ = '';    # which may be what user code has caught
                            $line = "RETURN $request $text";
                        }
                        elsif (!defined $line) {
                            my $reported = report($request, @$error);
                            undef $error;    # its destructor is part of the request
                            $line = $reported;
                        }
                        exit if is_fork();    # a fork that has come to the end of what it was to do: the conversation is its parent's
                        say_line($line, $message);
                        free_answered() if $answered;
                        $interrupted ||= $kept, $kept = undef if $kept;
                        $message = '', $line = undef, $is_run = 0, $running = $outer;
                    }
                } or ($busy, $failure) = (0, [$@]);
            }
            1;
        } or ($busy, $failure) = (0, $failure || [$@]);
    }
    $busy = $was_busy;
    if ($failure) {
        die @$failure if $answer eq '';
        outlive(@$failure);    # which has come right behind the answer
    }
    return ($answer, $line);
}

#: seldom

# Sends the parts of a value; what is left for the payload is nothing, or an error if something cannot cross.
sub say_parts {
    my ($request, $value) = @_;
    exit if is_fork();    # as in `serve`
    my $write = ref $$value ? \&say_list : \&say_text;
    return '' if eval { $write->($request, $$value); 1 };
    die $@ if ref $@ ne '_BOND_SerializationException';
    say_part($request, '');
    return encode($$value);
}

sub say_part {
    my ($request, $part) = @_;
    $busy = 0;    # an interrupt has to wait
    say_line("PART $request $part", my $is_said);
    $busy = 1;
}

sub say_text {
    my ($request, $bytes) = @_;
    utf8::encode($bytes);    # a place in characters would be looked for from the beginning
    my ($start, $length) = (0, length $bytes);
    while ($start < $length) {
        my $part = substr($bytes, $start, $part_size);
        $part =~ s/[\xc0-\xff][\x80-\xbf]*\z// if substr($bytes, $start + length $part, 1) =~ /[\x80-\xbf]/;
        $start += length $part;
        utf8::decode($part);
        say_part($request, encode($part));
    }
}

sub say_list {
    my ($request, $list) = @_;
    local $has_objects;
    my ($next, $count) = (0, $first_part);
    while ($next < @$list) {
        my $end = $next + $count < @$list ? $next + $count : @$list;
        my $items = sub { \@_ }->(@$list[$next .. $end - 1]);    # the very items: a copy may have forgotten what they are
        my $text = encode($items);
        say_part($request, $text);
        $count = int(($end - $next) * $part_size / length $text) || 1;
        $next = $end;
    }
    $answered = $list if !$has_objects;
}

# What may have a destructor all the same, such as a tied hash, cannot call the host by then.
sub free_answered {
    local ($@, $!, $?);
    local $releasing = 1;
    eval { undef $answered; 1 } or outlive($@);
}

# Takes a message that is not for the frame that has its turn: what is for another one waits until that has.
sub put_aside {
    my ($verb, $target, $number, $serial) = @_;
    if ($target ne '-') { push(@{ $aside{$target} }, $message), $message = '' }
    else {
        if ($verb eq 'RELEASE') { release($number) }
        elsif ($verb eq 'INTERRUPT' && $called && is_meant($number, $serial)) { $interrupted = [interruption()] }
        $message = '';
    }
}

# Takes a message when some have been set aside: those of the frame come first.
sub take_aside {
    my ($frame, $end) = @_;
    return 0 if !%aside;
    ($message) = (splice(@{ $aside{$frame} }, 0, 1), ''), delete @aside{ ($frame) x !@{ $aside{$frame} } };
    return 1 if $message ne '';
    $message = substr($buffer, 0, ($end = 1 + index($buffer, "\n", $scanned)) * !exists $aside{$frame}, ''),
        $scanned = length($buffer) * !$end;
    return $message ne '';
}

# The request that the host takes for what is carried out, where it is called while no user code runs: by the handler of a signal.
sub carried_out {
    return $running if !defined $called;    # in exit hooks
    my (undef, $frame, $outer) = $called ? split(/ /, $called, 4) : ('CALL', 0, 0);
    return $outer if !defined $message;
    my ($verb, $target, $request, $payload) = split / /, $message, 4;
    if (defined $target && $target eq $frame) {
        return $request if $handlers{$verb};
        return $outer if $verb ne 'PART';
        take_part($request, $payload);
    }
    elsif (defined $target && $target ne '-') { put_aside($verb, $target) }
    return 0 if !$frame;
    # The host takes no call now but from what it asks for in this frame: so the answer comes first.
    local $running = $outer;
    my @answer = serve($frame, $called, 1);
    push @{ $aside{$frame} }, join ' ', $answer[0], $frame, 0, $answer[1];
    return $outer;
}

#: often

# Somebody at a terminal, say, has interrupted this process.
sub on_interrupt {
    die interruption() if $busy;
    $interrupted = [interruption()] if $called;    # user code will hear of it when it goes on
}

# The host has sent a line that cannot wait until it is asked for. The loop finds it by itself if it waits for one.
sub on_notice {
    return if !$busy;
    local ($@, $!);
    while (is_readable($in)) { sysread($in, $buffer, 65_536, length $buffer) or return }
    while (($buffer =~ s/^INTERRUPT - (\d+) (\d+)\n//m, $scanned = 0)[0]) {
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

my @seldom = map { /^seldom(.*)/s } split(/\n#: /, $__BOND_driver::text);

sub AUTOLOAD {
    load_seldom() if @seldom;
    defined &$__BOND_driver::AUTOLOAD or die "there is no $__BOND_driver::AUTOLOAD";
    goto &$__BOND_driver::AUTOLOAD;
}

sub load_seldom {
    my ($text, $error) = join('', @seldom, "\n1");
    insist(sub { @seldom = () if eval $text; $error = $@; !@seldom or die $error }) or die $error;
}

# What the host may call begins as something that loads it.
sub define_stubs {
    no strict 'refs';
    for my $name (map { /^sub (main::\w+)/mg } @seldom) {
        *$name = sub {
            load_seldom() if @seldom;
            goto &$name;
        };
    }
}

sub start {
    my $settings = decode((split / /, do { local $/ = "\n"; scalar(readline(STDIN)) }, 2)[1]);
    $. = 0;    # or every message of die would end with `<STDIN> line 1.`
    ($last_piece, $more_pieces, $announcement, $abandonment) = map { "$settings->{mark}$_" } ' ', '+', '=', "!\n";
    $transparent = $settings->{transExcept};
    $takes_parts = $settings->{parts};
    ($protocol) = grep { /^E?JSON\z/ } @{ $settings->{protocols} };
    $extended = defined $protocol && $protocol eq 'EJSON';
    open_streams();
    mark_process();
    $room = $piece_size - length($last_piece) - 1;
    $SIG{URG} = \&on_notice;
    if (($settings->{pid} || $$) != $$) { stand_behind_relay() }
    elsif ($settings->{bulk}) { open_bulk($settings->{bulk}) }
    $SIG{INT} = \&on_interrupt;
    say_line('READY ' . encode({
        protocol => $protocol,
        version => sprintf('%vd', $^V),
        pid => $$ + 0,
        interrupt => 'SIGURG',
        parts => $true,
    }));
    serve(0, '', 1);
}

BEGIN {
    our (%overridden, $warn);
    %CORE::GLOBAL:: = %overridden;
    if (defined $warn) { $SIG{__WARN__} = $warn }
    else { delete $SIG{__WARN__} }
}

undef $__BOND_driver::text;
define_stubs();
start();
