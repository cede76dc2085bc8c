#!/usr/bin/perl
# Sisimai as a peer of the bench. Takes paths of mails, one a line, an empty line, then one line a round; answers
# each round with "seconds mails-with-a-bounce". Reading the files and loading its modules is not counted.
use strict;
use warnings;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
use Sisimai::Message;
use Sisimai::Data;

$| = 1;
my @mails;
while (my $path = <STDIN>) {
    chomp $path;
    last if $path eq '';
    open(my $file, '<:raw', $path) or die "$path: $!";
    local $/;
    push @mails, [$path, <$file> =~ s/\r\n/\n/gr];
}

while (<STDIN>) {
    my $found = 0;
    my $started = clock_gettime(CLOCK_MONOTONIC);
    for my $mail (@mails) {
        # A mail that it dies of has no bounce in it for Sisimai.
        $found += eval { has_bounce(@$mail) } // 0;
    }
    printf "%.6f %d\n", clock_gettime(CLOCK_MONOTONIC) - $started, $found;
}

# As Sisimai->make does it for each mail of a mailbox. Complaints and auto-replies are no bounces.
sub has_bounce {
    my ($path, $source) = @_;
    my $message = Sisimai::Message->new('data' => $source) or return 0;
    my $records = Sisimai::Data->make('data' => $message, 'origin' => $path) // [];
    return scalar(grep { $_->reason !~ /\A(?:feedback|vacation)\z/ } @$records) > 0 ? 1 : 0;
}
