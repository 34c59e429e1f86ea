# What an interactive session asks Perl, 5.14 and later. It runs as a block of its own once a session asks.

package __BOND_interactive;
use strict;
use warnings;
no warnings 'redefine';

my @words = qw(abs bless chomp chop chr close closedir cmp cos defined delete die do each else elsif eq eval exists exit exp
    for foreach ge goto grep gt hex if index int join keys last lc lcfirst le length local log lt map my ne next no oct open
    opendir ord our pack package pop pos print printf push qr qw quotemeta rand read readdir readline redo ref require
    return reverse rindex say scalar shift sin sleep sort splice split sprintf sqrt srand state sub substr system tie time
    uc ucfirst undef unless unlink unpack unshift untie until use values wantarray warn while);

# Whether Perl has come to the end of the code, and wants more. Asked once the code has failed: to compile it runs `use` and
# BEGIN, which should not happen twice to code that is sound.
sub main::_BOND_is_unfinished {
    my ($code, undef, $failure) = @_;
    return 0 unless defined $failure && $failure =~ /\bEOF\b|not terminated at |at end of line/;
    my $message = compile_error($code);
    return $message =~ /at EOF$|anywhere before EOF|not terminated at /m && $message !~ /, near "/ ? 1 : 0;
}

sub compile_error {
    local ($@, $SIG{__DIE__});
    local $SIG{__WARN__} = sub { };
    __BOND_compile::only($_[0]);
    return "$@";
}

# What the last word of a line may be going to be: that word, and the names that begin with it.
sub main::_BOND_complete {
    my ($before) = @_;
    my ($word, @names) = completions($before);
    my %seen;
    return [$word, [sort grep { index($_, $word) == 0 && !/_BOND_/ && !$seen{$_}++ } @names]];
}

sub completions {
    my ($before) = @_;
    return ($3, keys_of($1, $2)) if $before =~ /\$(\w+)(->)?\{(\w*)\z/;
    return ($2, methods($1)) if $before =~ /(\$?[\w:]+)->(\w*)\z/;
    return ($1) if $before =~ /(?:->|[\]\})])(\w*)\z/;
    return ($1, variables($2, $3)) if $before =~ /(([\$\@%&])((?:\w+::)*)\w*)\z/;
    my ($word, $package) = $before =~ /(((?:\w+::)*)\w*)\z/;
    return ($word, ($package ? () : @words), map { "$package$_" } subs($package), packages($package));
}

sub stash { no strict 'refs'; return \%{ 'main::' . $_[0] } }

sub value { no strict 'refs'; return ${"main::$_[0]"} }

sub keys_of {
    my ($name, $arrow) = @_;
    no strict 'refs';
    my $hash = $arrow ? value($name) : \%{"main::$name"};
    return UNIVERSAL::isa($hash, 'HASH') && !tied %$hash ? keys %$hash : ();
}

sub methods {
    my ($object) = @_;
    require mro;
    require Scalar::Util;
    my $class = $object =~ s/^\$// ? Scalar::Util::blessed(value($object)) : $object;
    return defined $class ? map { subs("${_}::") } @{ mro::get_linear_isa($class) }, 'UNIVERSAL' : ();
}

sub variables {
    my ($sigil, $package) = @_;
    my $stash = stash($package);
    my @kinds = $sigil eq '$' ? qw(SCALAR ARRAY HASH) : $sigil eq '@' ? qw(ARRAY HASH) : $sigil eq '%' ? 'HASH' : 'CODE';
    my @names = grep { has($stash->{$_}, @kinds) } grep { /^[A-Za-z_]\w*\z/ } keys %$stash;
    return map { "$sigil$package$_" } @names, packages($package);
}

sub subs {
    my $stash = stash($_[0]);
    return grep { /^[A-Za-z_]\w*\z/ && (ref \$stash->{$_} ne 'GLOB' || defined *{ $stash->{$_} }{CODE}) } keys %$stash;
}

sub packages { return grep { /^[A-Za-z_]\w*::\z/ && $_ ne 'main::' } keys %{ stash($_[0]) } }

# Whether one of these is kept under a name. There is a scalar under every one: it counts if it has a value. What is no glob
# is a subroutine.
sub has {
    my ($glob, @kinds) = @_;
    return $kinds[0] eq 'CODE' if ref \$glob ne 'GLOB';
    for my $kind (@kinds) {
        my $reference = *{$glob}{$kind} or next;
        return 1 if $kind ne 'SCALAR' || defined $$reference;
    }
    return '';
}

# Compiles code as a block is compiled, and runs none of it.
package main;
no strict;
no warnings;
sub __BOND_compile::only { eval "return;\n$_[0]" }
