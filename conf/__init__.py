"""Hydra configuration groups; a package so that they are found as `pkg://ludens.conf` from a wheel too."""
