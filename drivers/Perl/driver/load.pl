# Keeps this text apart from what your program has in force, and loads what is needed later: modules, and files that are lazy.
# STAGE1 has read all files as one text from STDIN, and evaluates those that are not lazy. Perl 5.14 is enough, without modules.

package main;

# Code of the user is evaluated here, before anything lexical or strict is in scope. What it has thrown, or an empty text, stands
# behind its values: the next statement may begin with destructors, which may change $@.
sub __BOND_driver::evaluate { @_ = (); ((eval $__BOND_driver::code), $@) }

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

BEGIN {
    (*utf8_encode, *utf8_decode, *utf8_upgrade, *utf8_downgrade, *is_utf8)
        = (\&utf8::encode, \&utf8::decode, \&utf8::upgrade, \&utf8::downgrade, \&utf8::is_utf8);
}

our $busy = 0;       # whether user code runs
our $insists = 0;    # whether something is being loaded

# To compile this text takes longer than all else that happens at the start. So a file that is lazy waits until a sub of it is
# called for the first time; STAGE1 has evaluated what stands before the first one.
my $lazy = do { (substr($__BOND_driver::text, index($__BOND_driver::text, "\n#: lazy")) =~ /(.*)/s)[0] };    # which -T may run
my %lazy;                                                                                                 # its files by name, once one is needed
undef $__BOND_driver::text;

sub AUTOLOAD {
    load_lazy($__BOND_driver::AUTOLOAD =~ /^__BOND_driver::(.*)/s);
    defined &$__BOND_driver::AUTOLOAD or die "there is no $__BOND_driver::AUTOLOAD";
    goto &$__BOND_driver::AUTOLOAD;
}

# Compiles the lazy file with a sub of that name.
sub load_lazy { load_files("\nsub $_[0] ") }

# What puts other subs in the place of some of these has them all there first: one that came later would take its place back.
sub load_all { load_files('') }

# Compiles the lazy files with that text.
sub load_files {
    my ($sought) = @_;
    my $error;
    insist(sub {
        %lazy = map { /^(\S+)/ ? ($1, $_) : () } split(/\n#: lazy /, $lazy) if $lazy ne '';
        $lazy = '';
        for my $name (grep { index($lazy{$_}, $sought) >= 0 } sort keys %lazy) {
            compile("# $lazy{$name}\n1") or die $error = $@;
            delete $lazy{$name};
        }
        return 1;
    }) or die $error;
}

# What the host may call begins as something that loads it.
sub define_stubs {
    no strict 'refs';
    my $from = 0;
    while (($from = 5 + index($lazy, "\nsub main::", $from)) > 4) {
        my $name = substr($lazy, $from, index($lazy, ' ', $from) - $from);
        *$name = sub {
            load_lazy($name);
            goto &$name;
        };
    }
}

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
    my ($is_loaded, $thrown, @said);
    {
        local ($busy, $insists, $@, $!, $_) = (0, 1);
        local $SIG{__WARN__} = sub { };
        local $SIG{__DIE__} = sub { push @said, $_[0] };    # before Perl adds where the loading has failed
        local @INC = (@include, @INC);
        delete local @CORE::GLOBAL::{ keys %CORE::GLOBAL:: };
        for (1 .. 3) {
            $is_loaded ||= eval { $load->() } or $thrown = [ref $@ ? () : grep(!ref && index($@, $_) == 0, @said), $@];
            delete @INC{ grep { !defined $INC{$_} } keys %INC } if !$is_loaded;    # or Perl would not try again
        }
    }
    return 0 if !$is_loaded;
    return 1 if !$thrown;
    die $thrown->[0] if $busy || $insists;
    outlive($thrown->[0]);
    return 1;
}
