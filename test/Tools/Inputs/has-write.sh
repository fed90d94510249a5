#!/bin/sh
# Interesting (1): a valid file that adds to memory.
if pit-opt "$1" 2> /dev/null | grep -q 'pit\.swrite add'; then exit 1; fi
exit 0
