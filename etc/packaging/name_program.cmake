# Run at installation: lets the installed samples and the unit name program and schema where they are installed.
# Given: program, schema and samples, all below the prefix.
set(root "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
file(GLOB_RECURSE names_program "${root}/${samples}/*")
foreach(file "${root}/lib/systemd/system/wamp-fcgi.service" ${names_program})
  file(READ "${file}" text)
  string(REPLACE "/usr/local/bin/wamp-fcgi" "${CMAKE_INSTALL_PREFIX}/${program}" placed "${text}")
  string(REPLACE "\"./config.schema.json\"" "\"file://${CMAKE_INSTALL_PREFIX}/${schema}\"" placed "${placed}")
  if(NOT placed STREQUAL text)
    file(WRITE "${file}" "${placed}")
  endif()
endforeach()
