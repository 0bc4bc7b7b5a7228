#!/bin/sh
# Starts wamp-fcgi for the web server of a shared host. Put it into the document root, beside .htaccess. The program and
# its configuration stay outside: suEXEC runs only what is in the document root, hence this script. See
# etc/doc/shared-hosting.md for every step.
#
# suEXEC requires that this file and its folder belong to you, and that no other user may write to them:
#     chmod 755 ~/public_html && chmod 700 ~/public_html/caller.fcgi
# With mode 700 the web server, which runs as another user, can start the script through suEXEC but not send it.
#
# suEXEC also removes HOME, so the script takes the home directory from the password database. wamp-fcgi does the same,
# and finds its configuration in ~/.config/wamp-fcgi/config.json. For another file add `--config FILE` at the end.
home=$(getent passwd "$(id -u)" | cut -d : -f 6)
exec "$home/wamp-fcgi/wamp-fcgi"
