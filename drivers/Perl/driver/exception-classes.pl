# The classes of the exceptions that the driver throws.

{
    package _BOND_Exception;
    my $has_text;

    sub new {
        my ($class, $message, %more) = @_;
        $has_text ||= give_text();
        return bless { message => $message, %more }, $class;
    }

    # The message and where it comes from, as Carp says it of what it throws.
    sub longmess { return join("\n", grep { defined } @{ $_[0] }{qw(message stack)}) . "\n" }

    # Not before there is an exception: to load `overload` takes as long as a tenth of the start.
    sub give_text {
        my %operators = ('""' => sub { $_[0]{message} }, bool => sub { 1 });
        return __BOND_driver::load('overload.pm', sub { overload->import(%operators, fallback => 1) }) || overload_by_hand(%operators);
    }

    # What that module does, for where it cannot be loaded any more: after a chroot, or without descriptors.
    sub overload_by_hand {
        my %operators = @_;
        no strict 'refs';
        my $package = __PACKAGE__;
        *{"${package}::($_"} = $operators{$_} for keys %operators;
        *{"${package}::(("} = *{"${package}::()"} = sub { };
        ${"${package}::()"} = 1;
        return ${"${package}::OVERLOAD"}{dummy} = 1;    # which tells Perl 5.14 and 5.16 that there is something new
    }
}

# A value cannot cross to the host, or from it.
@_BOND_SerializationException::ISA = '_BOND_Exception';
# An exported function of the host failed: {data} is what it threw, or the text of it.
@_BOND_RemoteException::ISA = '_BOND_Exception';
# The host has interrupted what was running.
@_BOND_InterruptException::ISA = '_BOND_Exception';

my $transparent;    # whether the host wants what was thrown itself
