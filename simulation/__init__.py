"""The proof of sync: our own engine, ledger and merge among made-up desks, a made-up line and every sort of trouble."""
