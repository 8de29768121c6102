"""The files of a frozen pack: Word, PDF and a web page of its own, made from the snapshot alone."""
