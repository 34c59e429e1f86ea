#: lazy
# POSIX::sigaction, whose handlers run at once, in the middle of any step. In the driver's steps they would leave things half done:
# there, they wait until the step has been taken, as those of %SIG do.

my %own_handlers;    # the program's, by the subs that stand in their place
my $urgent;          # the set of signals that has them run between two steps

# Puts a sub in the place of sigaction, wherever it has been imported, and of the handlers that it has set.
sub guard_sigaction {
    my $real = \&POSIX::sigaction;
    $urgent = POSIX::SigSet->new(POSIX::SIGURG());
    my $guarded = sub {
        my ($signal, $action, $old) = @_;
        my @done = $real->($signal, guarded_action($action), @_ > 2 ? $old : ());
        $old->{HANDLER} = $own_handlers{ $old->{HANDLER} } || $old->{HANDLER} if ref $old && defined $old->{HANDLER};
        return wantarray ? @done : $done[0];
    };
    no strict 'refs';
    *{"$_\::sigaction"} = $guarded for grep { defined &{"$_\::sigaction"} && \&{"$_\::sigaction"} == $real } packages_in('main');
    for my $name (grep { ref $SIG{$_} || defined $SIG{$_} } keys %SIG) {
        my $number = eval { &{"POSIX::SIG$name"}() } or next;
        my $action = POSIX::SigAction->new;
        $real->($number, undef, $action);
        $real->($number, guarded_action($action)) if !$action->{SAFE};
    }
}

sub packages_in {
    my ($package) = @_;
    no strict 'refs';
    my @inner = map { /^(\w+)::\z/ && $1 ne 'main' ? ($package eq 'main' ? $1 : "$package\::$1") : () } keys %{"$package\::"};
    return ($package, map { packages_in($_) } @inner);
}

sub guarded_action {
    my ($action) = @_;
    return $action if !ref $action || $action->{SAFE} || !defined $action->{HANDLER} || $action->{HANDLER} =~ /^(?:DEFAULT|IGNORE|)\z/;
    my $handler = $action->{HANDLER};
    my $guarded = guarded_handler($handler);
    $own_handlers{$guarded} = $handler;
    my @masked = grep { $action->{MASK} && $action->{MASK}->ismember($_) } 1 .. 64;
    return bless { %$action, HANDLER => $guarded, MASK => POSIX::SigSet->new(@masked, POSIX::SIGURG()) }, ref $action;
}

# It does as little as it can: it runs in the middle of whatever Perl does. SIGURG, which is masked meanwhile, comes when it has
# returned, and its handler before the next step.
sub guarded_handler {
    my ($handler) = @_;
    return $handler if exists $own_handlers{$handler};
    if (!ref $handler) {
        no strict 'refs';
        $handler = \&{ $handler =~ /::/ ? $handler : "main::$handler" };
    }
    my ($unmask, $how) = (\&POSIX::sigprocmask, POSIX::SIG_UNBLOCK());
    return sub {
        if (caller() ne __PACKAGE__) {
            $unmask->($how, $urgent);    # or it would remain masked if the handler dies
            goto &$handler;
        }
        push @deferred, [$handler, @_];
        kill URG => $$;
    };
}
