"""Games of other libraries as games of ours, and ours as theirs. :mod:`.ids` registers them; a library is imported when one of its games is made."""
