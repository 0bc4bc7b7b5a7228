// Owns keeping the resident memory of a process small that has done its start-up work, or has nothing to do.
#pragma once

namespace wampfcgi {

/// Lets go of the pages with code and constants of the program and its libraries. What is needed again comes back from
/// the file, mostly without reading the disk. Start-up uses far more of them than requests do, and on a shared host
/// each process counts with all of its resident pages.
void forget_code_pages() noexcept;

}  // namespace wampfcgi
