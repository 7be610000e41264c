#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Makes tests/golden/tokenizer/scripts.json: which script each assigned character belongs to, from
# the Unicode data that Perl ships. Run: perl tests/golden/make/scripts.pl
#
# The rule: the Script property, Hiragana and Katakana together as Kana, Inherited as Common.
# A Common character that Script_Extensions gives to Hiragana and Katakana only is Kana. A Common
# character in U+2190..U+2BFF (arrows, operators, shapes) or U+1F000..U+1FFFF (pictographs) is
# Symbols. All else is Other.
use strict;
use warnings;
use Unicode::UCD qw(charprop charscript);

my @named = qw(Latin Han Hangul Cyrillic Greek Arabic Hebrew Devanagari Thai);
my %named = map { $_ => 1 } @named;

sub script {
  my ($c) = @_;
  my $script = charscript($c) // 'Unknown';
  return 'Kana' if $script eq 'Hiragana' || $script eq 'Katakana';
  return $script if $named{$script};
  return 'Other' unless $script eq 'Common' || $script eq 'Inherited';
  my $extensions = join ' ', sort split / /, charprop($c, 'Script_Extensions');
  return 'Kana' if $extensions eq 'Hiragana Katakana';
  return 'Symbols' if ($c >= 0x2190 && $c <= 0x2BFF) || ($c >= 0x1F000 && $c <= 0x1FFFF);
  return 'Common';
}

# Runs of equal script; unassigned characters join whatever is beside them.
my @runs;
for my $c (0 .. 0x10FFFF) {
  next if $c >= 0xD800 && $c <= 0xDFFF;
  next if chr($c) =~ /\p{Cn}|\p{Co}/;
  my $script = script($c);
  if (@runs && $runs[-1][2] eq $script) {
    $runs[-1][1] = $c;
  } else {
    push @runs, [$c, $c, $script];
  }
}

my $version = Unicode::UCD::UnicodeVersion();
my $file = 'tests/golden/tokenizer/scripts.json';
open(my $out, '>', $file) or die "$file: $!";
print $out "{\n";
print $out "  \"source\": \"Unicode Character Database $version (Script, Script_Extensions, ",
  "General_Category) as shipped with Perl\",\n";
print $out "  \"how\": \"perl tests/golden/make/scripts.pl\",\n";
print $out "  \"tolerance\": \"exact, for assigned characters\",\n";
print $out "  \"cases\": [\n";
print $out join(",\n", map { sprintf '    [%d, %d, "%s"]', @$_ } @runs);
print $out "\n  ]\n}\n";
close($out) or die "$file: $!";
