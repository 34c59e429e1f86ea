# Reads OPEN, and says READY.

sub start {
    my $settings = decode((split / /, do { local $/ = "\n"; scalar(readline(STDIN)) }, 2)[1]);
    $. = 0;    # or every message of die would end with `<STDIN> line 1.`
    ($last_piece, $more_pieces, $announcement, $abandonment) = map { "$settings->{mark}$_" } ' ', '+', '=', "!\n";
    @block_marks = map { "$settings->{mark}$_" } '*', '#', '@';
    $transparent = $settings->{transExcept};
    $takes_parts = $settings->{parts};
    ($protocol) = grep { /^E?JSON\z/ } @{ $settings->{protocols} };
    $extended = defined $protocol && $protocol eq 'EJSON';
    $takes_blocks = $settings->{bytes} && $extended;
    open_streams();
    mark_process();
    $room = $piece_size - length($last_piece) - 1;
    $SIG{URG} = \&on_notice;
    if (($settings->{pid} || $$) != $$) { stand_behind_relay() }
    elsif ($settings->{bulk}) { open_bulk($settings->{bulk}) }
    $SIG{INT} = \&on_interrupt;
    speak_octets() if $settings->{text};
    my %about = (
        protocol => $protocol,
        version => sprintf('%vd', $^V),
        pid => $$ + 0,
        interrupt => $^O eq 'MSWin32' ? undef : 'SIGURG',    # there are no signals
    );
    say_line('READY {' . join(',', map { "\"$_\":" . plain_text($about{$_}) } keys %about) . '}');
    serve(0, '', 1);
}

# Compiles what is lazy: here, behind everything that it refers to.
sub compile { eval $_[0] }

BEGIN {
    our (%overridden, $warn);
    %CORE::GLOBAL:: = %overridden;
    if (defined $warn) { $SIG{__WARN__} = $warn }
    else { delete $SIG{__WARN__} }
}

define_stubs();
start();
