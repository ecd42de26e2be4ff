#!/bin/sh
# From nothing to a network in C that has tested itself, in a minute: sh examples/device.sh
# It needs atif, make and a C compiler, and writes the folders runs and device.
set -e
atif train --epochs 10 --out runs/device
atif quantize runs/device --roundtype floor --epochs 2 --out runs/device-q8
atif export runs/device-q8 --to c --out device --name digits
make -C device test
atif verify runs/device-q8 device
