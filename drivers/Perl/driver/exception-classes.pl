# The classes of the exceptions that the driver throws.

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

my $transparent;    # whether the host wants what was thrown itself
