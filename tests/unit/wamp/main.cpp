#define BOOST_TEST_MODULE wamp
#include <boost/test/unit_test.hpp>
