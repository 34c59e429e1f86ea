# Found before the one that is installed, and false: so a program finds core Perl alone.
0;
