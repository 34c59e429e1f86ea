# What the driver knows at any moment of the conversation.

our $running = 0;       # the request that is being carried out
our $called;            # the call that has opened the frame which is served, if it is not the outermost
# The message that has been taken and is not done yet: undef before the host has been told of the call that opens the frame, 1 when
# it has been answered, '' if there is none.
our $message;
my ($buffer, $scanned) = ('', 0);    # what has been read and not yet taken, and how much of it holds no newline
my %aside;             # messages that belong to frames further out, by frame
my @released;          # numbers of the host's functions that nothing here refers to any more; they come at any time
my $speaks_octets;     # whether text is octets: the option `text`
my $has_live;          # whether objects of the host have come: only then can there be some in what is sent
my @failed_link;       # where a chain has failed: the index of a link, and if it was an argument, of that, and where in it
my $interrupted;       # [what is to be thrown in user code that waits for the host]: an interrupt, say, came meanwhile
our @deferred;         # [handler, its arguments]: of signals that came in the middle of a step
my %blocks;            # blocks of bytes that have been read, by number, until what names them is
my %written;           # those that stand beside a text which has not been sent yet
our $block;            # the number of that which belongs to the text that is being written
my $last_block = 0;    # the number of the last one
my $takes_blocks;      # the host does
my $long_bytes = 512;  # shorter ones stand in the text
my %parts;             # the parts of long arguments so far, by request: the value, and what was wrong with it
my $answered;          # a long list without objects: it is freed when its caller has it, since no destructor is among it
our $releasing = 0;    # whether something is let go of
our $has_objects;      # whether what is being written does
my $no_loop = qq(Can't "last", "next" or "redo" outside a loop block\n);
