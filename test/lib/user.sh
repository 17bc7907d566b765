#!/bin/sh
# Print the user that runs throw-away clusters: the caller, unless root.
if [ "$(id -u)" != 0 ]; then id -un
elif getent passwd postgres > /dev/null; then echo postgres
else echo nobody
fi
