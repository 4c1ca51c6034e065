"""Proves the desk's real store on failing, tearing and filling disks: every power cut of a worker's day is tried."""
