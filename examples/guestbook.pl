# A guestbook of 2003. Its text is UTF-8, and nothing here knows: no `use utf8`, no decoding, no encoding.

use strict;
use warnings;
use DBI;

my $db = DBI->connect('dbi:SQLite:dbname=:memory:', '', '', { RaiseError => 1 });
$db->do('CREATE TABLE guests (name TEXT, city TEXT)');

our %greetings = ('Köln' => 'Schöne Grüße nach Köln', 'Łódź' => 'Pozdrowienia dla Łodzi');

sub add {
    my ($name, $city) = @_;
    $db->do('INSERT INTO guests VALUES (?, ?)', undef, $name, $city);
    print "$name aus $city trägt sich ein.\n";
}

sub guests { return $db->selectall_arrayref('SELECT name, city FROM guests ORDER BY name', { Slice => {} }) }

sub letter {
    my ($name) = @_;
    my ($city) = $db->selectrow_array('SELECT city FROM guests WHERE name = ?', undef, $name);
    die "Kein Gast namens »$name«\n" if !defined $city;
    return sprintf "%s, %s! %s", $greetings{$city} || 'Grüße', $name, price(5);
}

sub price { return "$_[0] EUR" }

1;
