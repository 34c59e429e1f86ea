# Frames: takes messages, carries them out, and answers.

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

# The program has done away with more than the driver can do without: to go on would fail in the same way, for ever.
sub give_up {
    eval { print {*STDERR} "the driver cannot go on: $_[0]" };
    exit 1;
}

# Carries out what the host asks for in a frame, until it answers the call that opened the frame. What every request needs
# stands here in line: each sub that it had to call would make it longer by a twentieth.
#
# What user code throws leads out of the inner eval, as does what a signal's handler throws at any place, and a second one, on the
# way, out of the other. Then it goes on from where it was. A handler that takes as long as the next signal does throws again and
# again: from one attempt to the next, `map` takes no step at which Perl would look for a signal, as every loop does. A round is one
# attempt, or thousands if the last one has failed; once it is answered, it is none.
sub serve {
    my ($frame, $opening, $is_opened) = @_;
    my ($outer, $was_busy, $is_run, $tries) = ($running, $busy, 0, 0);
    my ($line, $error, $failure, $kept, $end, $answer, @thrown);
    my $rounds = $frame ? 2 : 300;
    my $topic = 1;    # what `$_` is to user code, which may change it
    (local $called = $opening), (local $message = $is_opened ? '' : undef), $busy = 0;
    until (defined $answer) {
        map map(splice(@thrown, @thrown, 0, map $@, (1) x !eval {
            ($busy, $failure) = (0, $failure || [$thrown[0]]), @thrown = () if @thrown && !defined $answer;
            until (defined $answer) {
                eval {
                    if ($failure) {
                        $tries += !defined $message || $message ne '';
                        give_up(@$failure) if $tries > ($is_run && !defined $line ? 1000 : 100_000);    # an answer may have to wait for a slow host
                        write_out();
                        $@ = '';
                        if (!defined $message) {    # the host has not been told of the frame
                            $answer = '';
                            return 1;
                        }
                        if ($is_run && !defined $line) { $error = $failure }
                        elsif ($tries < 100) { outlive(@$failure) }
                        $failure = undef;
                    }
                    say_line($opening, $message) if !defined $message;
                    if ($message eq '1') {    # it has been answered
                        $interrupted ||= $kept, $kept = undef if $kept;
                        $message = '', $line = undef, $is_run = $tries = 0, $running = $outer;
                    }
                    while (1) {
                        if ($message eq '') {
                            if ($buffer eq '' && !%aside) {    # as between most requests
                                read_more($frame) or exit;     # the end of input: the host is gone
                                next;
                            }
                            $message = substr($buffer, 0, ($end = 1 + index($buffer, "\n", $scanned)) * !%aside, ''),
                                $scanned = length($buffer) * !$end;
                            if ($message eq '') {
                                %aside && take_aside($frame) or $end or read_more($frame) or exit;
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
                        $kept = $interrupted, $interrupted = undef if $interrupted && !$is_run;    # it belongs to the code that waits in this frame
                        $running = $request, $is_run = 1;
                        %written = () if %written && !$called;    # of what has not been sent
                        if (!defined $line && !$error) {
                            my ($given, $text);
                            if ($module && length $payload < $surely_exact && !$SIG{__DIE__} && index($payload, '"$') < 0) {    # as most are
                                eval { $given = $module_decode->($module, $payload); 1 } or $given = decode_otherwise($payload, $@);
                            }
                            else { $given = decode($payload) }
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
                            # What report needs may be gone; but a signal's handler may as well have died in it.
                            my $reported = $tries < 100 ? report($request, @$error) : qq(EXCEPT $request {"message":"an exception that cannot be described"});
                            undef $error;    # its destructor is part of the request
                            $line = $reported;
                        }
                        # A fork that has come to the end of what it was to do: the conversation is its parent's. As in is_fork.
                        exit if defined $unforked_from ? !ord substr($unforked, $unforked_from, 1) : $$ != $process;
                        say_line($line, $message);
                        free_answered() if $answered;
                        $interrupted ||= $kept, $kept = undef if $kept;
                        $message = '', $line = undef, $is_run = $tries = 0, $running = $outer;
                    }
                } or ($busy, $failure) = (0, [$@]);
            }
            1;
        }), ($topic) x ((1 + 3000 * @thrown) * !defined $answer)), ($topic) x $rounds;
    }
    ($failure) = map([$_], grep(ref || $_ ne '', @thrown)) if @thrown && !$failure;
    $busy = $was_busy;
    if ($failure) {
        die @$failure if $answer eq '';
        outlive(@$failure);    # which has come right behind the answer
    }
    return ($answer, $line);
}
