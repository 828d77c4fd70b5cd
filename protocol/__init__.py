"""How it travels: signed envelopes, enrolment, receipts, STAMP packets and what a packet trace says. Pure."""
