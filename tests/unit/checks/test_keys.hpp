// Owns private keys made only for these tests.
#pragma once

#include <string_view>

namespace wampfcgi::checks::testing {

inline constexpr std::string_view pem_seed_in_hex = "ab5a4b4dd2b83eb3bf73bf8b73fc9bb37d08ce1b2cb2eb9539ebf3467af83d79";
inline constexpr std::string_view openssh_seed_in_hex =
    "3fb2a8ec0c6ad7d4cc73205b677cf9b95ddc69bf0018f9954cdcdc506237dd61";
inline constexpr std::string_view openssh_public_in_hex =
    "77b7bc05cd6f3a51f4007b320e3df57bcda8beb1c9fb607f1f0bec135fb03c1f";

/// openssl genpkey -algorithm ed25519
inline constexpr std::string_view pem_key = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIKtaS03SuD6zv3O/i3P8m7N9CM4bLLLrlTnr80Z6+D15
-----END PRIVATE KEY-----
)";

/// openssl pkey -aes256
inline constexpr std::string_view encrypted_pem_key = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg3qLQxTLMPuAICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEOinyuDU6++HEEpNoyWUwg0EQFww
5mazEwtbnTzyLPLeiUaszZtIKo6/8YlXRZSJdCOjf1n5qppF15yXxc0H9ToXLNpJ
dfy5E3SyWo+JtPJEG98=
-----END ENCRYPTED PRIVATE KEY-----
)";

/// openssl genpkey -algorithm x25519
inline constexpr std::string_view x25519_pem_key = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIEDrsLxNZBwaNUex+bnDJS/NXSNgW4HiBjfVW0g2qCVb
-----END PRIVATE KEY-----
)";

/// ssh-keygen -t ed25519 -N '' -C 'test key'
inline constexpr std::string_view openssh_key = R"(-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACB3t7wFzW86UfQAezIOPfV7zai+scn7YH8fC+wTX7A8HwAAAJD1GRjr9RkY
6wAAAAtzc2gtZWQyNTUxOQAAACB3t7wFzW86UfQAezIOPfV7zai+scn7YH8fC+wTX7A8Hw
AAAEA/sqjsDGrX1MxzIFtnfPm5XdxpvwAY+ZVM3NxQYjfdYXe3vAXNbzpR9AB7Mg499XvN
qL6xyftgfx8L7BNfsDwfAAAACHRlc3Qga2V5AQIDBAU=
-----END OPENSSH PRIVATE KEY-----
)";

/// ssh-keygen -t ed25519 -N pass
inline constexpr std::string_view encrypted_openssh_key = R"(-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAgz3T5kK
GfV5FI5cVW1kK6AAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIFkXxZy4OzArGdmy
v/CJWL6bVZpyHdprfiJVT9x3E2wBAAAAkPgs7QHjhJvEMML0AiQUj4pmAyk6Cp+sCrzEG4
dxNhqrlA1cZHepE5aV7g+CuBOIKUQi4OjcnkM0uND3k7UupYg/LrhVNjh8TBBRrF6p2fJO
IO/p4HopydalhtbqMcLPIvWY2OU08uG6DeMo6q89HO68xiq9bo8ctGMnloxD7pwDJOa2OY
RA9qUzALpnHcN8FA==
-----END OPENSSH PRIVATE KEY-----
)";

/// ssh-keygen -t ecdsa -N ''
inline constexpr std::string_view ecdsa_openssh_key = R"(-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS
1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQRm/F3cLMMKDt1nQjoQuDH2nR1lhZK8
uuXdwuIIOUA6IV8h//W9odSa62WM0KJMZMKBK9/J1D0PuS/HgtGe5TvSAAAAoNgdJW3YHS
VtAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGb8XdwswwoO3WdC
OhC4MfadHWWFkry65d3C4gg5QDohXyH/9b2h1JrrZYzQokxkwoEr38nUPQ+5L8eC0Z7lO9
IAAAAhAMFuhoj4vkBBNq0L+Y609EEiufP7fpHzeeK7diBnzqLtAAAAAXQBAgMEBQY=
-----END OPENSSH PRIVATE KEY-----
)";

}  // namespace wampfcgi::checks::testing
