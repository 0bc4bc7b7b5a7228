#!/bin/sh
# Starts wamp-fcgi for the web server of a shared host. It belongs into the document root, beside .htaccess, while the
# program and its configuration stay outside: suEXEC runs nothing that lies elsewhere, so it is given this script.
# etc/doc/shared-hosting.md has every step.
#
# suEXEC demands that this file and its folder belong to you, and that nobody else may write to them:
#     chmod 755 ~/public_html && chmod 700 ~/public_html/caller.fcgi
# With mode 700 the web server, which runs as another user, can start the script through suEXEC but never send it.
#
# suEXEC also removes HOME, so the home directory is taken from the password database. wamp-fcgi does the same, and
# finds its configuration in ~/.config/wamp-fcgi/config.json. For another file add `--config FILE` at the end.
home=$(getent passwd "$(id -u)" | cut -d : -f 6)
exec "$home/wamp-fcgi/wamp-fcgi"
