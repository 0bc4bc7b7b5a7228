// Owns certificates and keys for tests, made by the openssl tool and valid for a hundred years.
#pragma once

#include <string>

namespace wampfcgi::pem_samples {

inline const std::string certificate = "-----BEGIN CERTIFICATE-----\n"
                                       "MIIBbjCCARWgAwIBAgIUHvDI5CLcn3jmU/2zTDPPbzDq6uswCgYIKoZIzj0EAwIw\n"
                                       "DDEKMAgGA1UEAwwBYTAgFw0yNjExMjUyMjEzMTJaGA8yMTI2MTEwMTIyMTMxMlow\n"
                                       "DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPZ2m0QLOyRd\n"
                                       "C46NCAdOjIeC2q5ZZILT42H4b1HLrau6hKq8tlCQUI4W4IGFHod/NhRIwkKK4UnR\n"
                                       "R/VHGqgIFJejUzBRMB0GA1UdDgQWBBTSpIdp7vElVen/0dYDs4R/kJivYTAfBgNV\n"
                                       "HSMEGDAWgBTSpIdp7vElVen/0dYDs4R/kJivYTAPBgNVHRMBAf8EBTADAQH/MAoG\n"
                                       "CCqGSM49BAMCA0cAMEQCIDdNx4g/QwfxYkXSR7DU0ngK4r4OHAb6k8Vyxx5brhms\n"
                                       "AiBl57LDhR9H3U/l9KbknFHRV7nFPA0aWkSA1bZHEPFKsQ==\n"
                                       "-----END CERTIFICATE-----\n";

inline const std::string other_certificate = "-----BEGIN CERTIFICATE-----\n"
                                             "MIIBbjCCARWgAwIBAgIURxcAcGuJNWYoFhA/4zc+l0wZ0uwwCgYIKoZIzj0EAwIw\n"
                                             "DDEKMAgGA1UEAwwBYjAgFw0yNjExMjUyMjEzMTJaGA8yMTI2MTEwMTIyMTMxMlow\n"
                                             "DDEKMAgGA1UEAwwBYjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOTPMMMf0tlD\n"
                                             "MA4hYoamHoWzmeymB9LH6XqssPvTr0f1h1OviOhi+S+Ii4Sxx2LQk5AbGLrQP4g1\n"
                                             "gjzhNi92M9ejUzBRMB0GA1UdDgQWBBQeXZ+UrwreD8MkslmJz6C6pF+5gDAfBgNV\n"
                                             "HSMEGDAWgBQeXZ+UrwreD8MkslmJz6C6pF+5gDAPBgNVHRMBAf8EBTADAQH/MAoG\n"
                                             "CCqGSM49BAMCA0cAMEQCIHhoB1mRkKeN1CClsitBhQbY0QKm97VhUazSDzYss/ek\n"
                                             "AiBQMeQTqwTPJd5QTjNaGN6/fCxAA7pgOlz5rLFqlN9WJQ==\n"
                                             "-----END CERTIFICATE-----\n";

inline const std::string key = "-----BEGIN PRIVATE KEY-----\n"
                               "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgP/JMd4xs/zoS6zSg\n"
                               "ZuwG415PZ2wS7eDE0AvqelZiciOhRANCAAT2dptECzskXQuOjQgHToyHgtquWWSC\n"
                               "0+Nh+G9Ry62ruoSqvLZQkFCOFuCBhR6HfzYUSMJCiuFJ0Uf1RxqoCBSX\n"
                               "-----END PRIVATE KEY-----\n";

inline const std::string encrypted_key = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                         "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgjCyBrVHktFQICCAAw\n"
                                         "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBMOA07+1LoFkrRCsEHkDF4EgZBq\n"
                                         "hYhvSCTSu5z/Z+bh5EuyEXycwIB7oajrqW12w7peQulxJtYevilWrFbHDios9EEo\n"
                                         "s71wQp+sZULELGSHLzRJjFw153y54tEqvc6Z6T5l8AtZjjfuDanD8GEyl/FcQPnG\n"
                                         "CXt7dXS8JbVTqhrAW4X0+ky6Yxq5VT80VoaovEqxnQ9I3ITfWxcybp4ePuZFM2Q=\n"
                                         "-----END ENCRYPTED PRIVATE KEY-----\n";

}  // namespace wampfcgi::pem_samples
