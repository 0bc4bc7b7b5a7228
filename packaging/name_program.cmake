# Run at installation: lets the installed samples and the unit name the program where it is installed.
# Given: program and samples, both below the prefix.
set(root "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
file(GLOB_RECURSE names_program "${root}/${samples}/*")
foreach(file "${root}/lib/systemd/system/wamp-fcgi.service" ${names_program})
  file(READ "${file}" text)
  string(REPLACE "/usr/local/bin/wamp-fcgi" "${CMAKE_INSTALL_PREFIX}/${program}" placed "${text}")
  if(NOT placed STREQUAL text)
    file(WRITE "${file}" "${placed}")
  endif()
endforeach()
