# Run by CPack between installation and packing: adds what Debian requires, and compresses documents.
set(root "${CPACK_TEMPORARY_INSTALL_DIRECTORY}${CPACK_INSTALL_PREFIX}")
set(documents "${root}/share/doc/wamp-fcgi")
set(here "${CMAKE_CURRENT_LIST_DIR}")

# The licence is in Debian's file for it.
file(REMOVE "${documents}/LICENSE")
file(COPY_FILE "${here}/copyright" "${documents}/copyright")
file(RENAME "${documents}/CHANGELOG.md" "${documents}/changelog")

set(version "${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)  # uses SOURCE_DATE_EPOCH if set
file(WRITE "${documents}/changelog.Debian" "wamp-fcgi (${version}) unstable; urgency=medium

  * Package of wamp-fcgi ${CPACK_PACKAGE_VERSION}: see changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")

file(MAKE_DIRECTORY "${root}/share/lintian/overrides")
file(COPY_FILE "${here}/lintian-overrides" "${root}/share/lintian/overrides/wamp-fcgi")

execute_process(COMMAND gzip -9n "${root}/share/man/man5/wamp-fcgi-config.5" "${root}/share/man/man8/wamp-fcgi.8"
                        "${documents}/changelog" "${documents}/changelog.Debian"
                COMMAND_ERROR_IS_FATAL ANY)

# Independent of the umask.
file(CHMOD_RECURSE "${root}"
     DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
file(CHMOD_RECURSE "${root}/share" FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
