# What there is in a module: names, and the parameters that its source or its prototypes show. It is loaded, which runs it.
sub _BOND_types {
    my ($name) = @_;
    require B;
    require File::Spec;
    require JSON::PP;
    my $path = File::Spec->rel2abs($name);
    my $isFile = -f $path;
    my $shown = File::Spec->file_name_is_absolute($name) ? $path : './' . File::Spec->abs2rel($path);
    my ($load, $loads) = map { $isFile ? "require '" . ($_ =~ s/(['\\])/\\$1/gr) . "'" : "require $name" } $path, $shown;
    die "$name is neither a file nor the name of a module\n" if !$isFile && $name !~ /^\w+(?:::\w+)*$/;
    eval "$load; 1" or die $@;
    (my $key = "$name.pm") =~ s{::}{/}g;
    my $file = $isFile ? $path : $INC{$key};
    my ($packages, $subs, $docs) = __BOND_read($file);
    my %packages = map { $_ => 1 } @$packages;
    $packages{$isFile ? 'main' : $name} = 1 if !%packages || !$isFile;
    my (@functions, @classes);
    for my $package (sort keys %packages) {
        my ($plain, $methods) = __BOND_with_inherited($package, $file, $subs, $docs);
        push @functions, @$plain;
        push @classes, __BOND_package($package, $docs, $plain, $methods) if $package ne 'main' && (@$plain || @$methods);
    }
    return { load => "$loads;", functions => \@functions, classes => \@classes };
}

# A package, whether it has objects or not: where there is a method "new", it makes them.
sub __BOND_package {
    my ($package, $docs, $plain, $methods) = @_;
    my ($new) = grep { $_->{name} eq "$package->new" } @$plain;
    no strict 'refs';
    my @variables = grep { /^[A-Za-z]\w*\z/ && !/^(?:a|b|AUTOLOAD)\z/ && defined ${"${package}::$_"} && !defined &{"${package}::$_"} }
        sort keys %{"${package}::"};
    return {
        name => $package, doc => $docs->{NAME} // '', isRecord => JSON::PP::false(), constructs => $new, methods => $methods,
        properties => [], imports => $package, isPackage => JSON::PP::true(),
        constants => [map { { name => $_, type => '', doc => '', optional => JSON::PP::false() } } @variables],
    };
}

# The subs of a package, and the methods that it has from those above it.
sub __BOND_with_inherited {
    my ($package, $file, $subs, $docs) = @_;
    my ($plain, $methods) = __BOND_subs($package, $file, $subs, $docs);
    require mro;
    my (undef, @above) = @{ mro::get_linear_isa($package) };
    for my $base (@above) {
        (my $key = "$base.pm") =~ s{::}{/}g;
        next if $base =~ /^(?:Exporter|DynaLoader|XSLoader)\z/;
        my $own = defined $INC{$key} && -f $INC{$key} ? $INC{$key} : $file;
        my (undef, $itsSubs, $itsDocs) = __BOND_read($own);
        my ($itsPlain, $itsMethods) = __BOND_subs($base, $own, $itsSubs, $itsDocs);
        my %seen = map { $_->{name} => 1 } @$plain, @$methods;
        for my $method (grep { $_->{name} =~ /^\Q$base\E->/ } @$itsPlain) {
            my $name = $package . substr $method->{name}, length $base;
            push @$plain, { %$method, name => $name, returns => $method->{returns} && $package } if !$seen{$name};
        }
        push @$methods, grep { !$seen{ $_->{name} } } @$itsMethods;
    }
    return ($plain, $methods);
}

# The packages of a file, what follows the name of each sub, to the next, and what is said of them.
sub __BOND_read {
    my ($file) = @_;
    my ($code, $pod) = __BOND_without_pod(__BOND_source($file));
    my (undef, @parts) = split /^([ \t]*)(package|sub)\s+(\w+(?:::\w+)*)/m, $code;
    my ($outer, $inner, @packages, %subs) = ('main', 'main'); # what is not at the margin is inside of a block
    while (my ($margin, $kind, $name, $text) = splice @parts, 0, 4) {
        if ($kind eq 'package') {
            push @packages, $inner = $name;
            $outer = $name if $margin eq '';
        }
        else { $subs{ $name =~ /::/ ? $name : ($margin eq '' ? $outer : $inner) . "::$name" } //= $text }
    }
    return (\@packages, \%subs, __BOND_pod($pod));
}

sub __BOND_source {
    my ($file) = @_;
    open(my $in, '<:raw', $file) or die "cannot read $file: $!\n";
    my $text = do { local $/; <$in> };
    utf8::decode($text); # unless it is not UTF-8
    return $text;
}

# Code and documentation, apart.
sub __BOND_without_pod {
    my ($source) = @_;
    $source =~ s/^__(?:END|DATA)__\s*$(.*)//ms;
    my $pod = $1 // '';
    my $inner = '';
    $source =~ s/(^=[a-zA-Z].*?(?:^=cut\b.*?$|\z))/$inner .= "$1\n\n"; ''/gmse;
    return ($source, "$inner\n$pod");
}

# The first paragraph below each heading or item, by the name that it begins with.
sub __BOND_pod {
    my ($pod) = @_;
    my %docs;
    while ($pod =~ /^=(?:head\d|item)\s+(?:\w<+)?[^\n]*?(\w+)(?=[\s(>;,]|$)[^\n]*\n+(?!=)(\S.*?)(?:\n\s*\n|\z)/msg) {
        my ($name, $text) = ($1, $2);
        $text =~ s/[A-Z]<+\s*([^<>]*?)\s*>+/$1/g;
        $docs{$name} //= $text;
    }
    return \%docs;
}

# The subs of a package: functions, and methods of its objects.
sub __BOND_subs {
    my ($package, $file, $subs, $docs) = @_;
    my (@plain, @methods);
    no strict 'refs';
    for my $name (sort keys %{"${package}::"}) {
        next if $name !~ /^[A-Za-z]\w*$/ || $name =~ /^(?:BEGIN|END|import|unimport|AUTOLOAD|DESTROY|bootstrap|dl_load_flags|__BOND\w*)$/;
        next if !defined &{"${package}::$name"};
        my $sub = B::svref_2object(\&{"${package}::$name"});
        next if $sub->GV->STASH->NAME ne $package || $sub->const_sv->isa('B::SV') && !$sub->const_sv->isa('B::SPECIAL');
        next if $package eq 'main' && (!$file || ($sub->FILE // '') ne $file);
        my @parameters = __BOND_parameters($subs->{"${package}::$name"}, prototype("${package}::$name"));
        my $self = @parameters && defined $parameters[0] ? $parameters[0]{name} : '';
        my $described = { name => $name, doc => $docs->{$name} // '', returns => '', parameters => \@parameters };
        $described->{parameters} = undef if @parameters && !defined $parameters[0];
        if ($self eq 'self') {
            shift @parameters;
            push @methods, $described;
        }
        elsif ($name eq 'new' || $self =~ /^(?:class|proto|package)$/) {
            shift @parameters;
            push @plain, { %$described, name => "$package->$name", returns => $name eq 'new' ? $package : '' };
        }
        else {
            push @plain, { %$described, name => $package eq 'main' ? $name : "${package}::$name" };
        }
    }
    return (\@plain, \@methods);
}

# What a sub takes, as far as can be told: else one parameter that is not defined.
sub __BOND_parameters {
    my ($text, $prototype) = @_;
    my ($head, $body) = ($text // '') =~ /^\s*((?:\([^)]*\)|:\s*\w+(?:\([^)]*\))?|\s)*)\{([^\n]*\}[ \t]*$|.*?^\}|.*)/ms;
    my ($signature) = ($head // '') =~ /\(([^()]*[\$\@%]\w[^)]*)\)/;
    return __BOND_listed(map { [$_, /=/] } split /,/, $signature) if defined $signature;
    my @shown = __BOND_unpacked($body // '');
    return __BOND_of_prototype($prototype, map { $_->[0] } grep { $_->[0] ne '\@others' } @shown) if defined $prototype;
    return @shown ? __BOND_listed(map { [$_->[0], 1] } @shown) : (undef);
}

# The variables that a sub takes out of @_ at its beginning. Which of them are needed, it does not say.
sub __BOND_unpacked {
    my ($body) = @_;
    $body =~ s/^\s*#.*$//mg;
    my @found;
    while (1) {
        $body =~ s/^\s*(?:local|return unless|die|croak)\b(?![^;]*(?:\@_|\$_\[|\bshift\b))[^;{}]*;//;
        if ($body =~ s/^\s*my\s*([\$\@%]\w+)\s*=\s*shift(?:\s*\(\s*\@_\s*\)|\s+\@_)?\s*[;|\/]//) { push @found, [$1] }
        elsif ($body =~ s/^\s*my\s*\(([^)]*)\)\s*=\s*\@_\s*;//) { return (@found, map { [$_] } grep { /\w/ } split /,/, $1) }
        elsif ($body =~ s/^\s*my\s*([\@%]\w+)\s*=\s*\@_\s*;//) { return (@found, [$1]) }
        else { last }
    }
    # Whoever looks at the others in another way takes any number of them.
    return $body =~ /\@_|\$_\[|\bshift\b|\bpop\b|&\$?\w+\s*;/ ? @found ? (@found, ['\@others']) : () : @found;
}

sub __BOND_listed {
    my @list;
    for my $each (@_) {
        my ($text, $isOptional) = @$each;
        my ($sigil, $name) = $text =~ /([\$\@%])(\w+)/ or next;
        my $kind = $sigil ne '$' ? 'rest' : $isOptional && $name !~ /^(?:self|class)$/ ? 'optional' : 'plain';
        push @list, __BOND_parameter($name, '', $kind);
        last if $kind eq 'rest';
    }
    return @list;
}

sub __BOND_of_prototype {
    my ($prototype, @names) = @_;
    my ($isOptional, @list) = (0);
    while ($prototype =~ /(;)|(\\?\[[^\]]*\]|\\?.)/g) {
        if ($1) { $isOptional = 1; next }
        my ($sign, $place) = ($2, scalar @list);
        my ($name) = ($names[$place] // '') =~ /(\w+)/;
        my $isRest = $sign =~ /^[\@%]$/;
        my $kind = $isRest ? 'rest' : $isOptional || $sign eq '_' ? 'optional' : 'plain';
        push @list, __BOND_parameter($name // ($sign eq '&' ? 'block' : $isRest ? 'list' : "arg$place"), $sign eq '&' ? 'Function' : '', $kind);
        last if $isRest;
    }
    return @list;
}

sub __BOND_parameter {
    my ($name, $type, $kind) = @_;
    return { name => $name, type => $type, kind => $kind, note => '' };
}
