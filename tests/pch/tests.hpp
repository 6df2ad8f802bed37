// What most test files include, parsed once. Without a guard: it is the main file of its compilation.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <ranges>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <cyclone/autoreload.hpp>
#include <cyclone/bottle.hpp>
#include <cyclone/cyclone.hpp>
#include <cyclone/httpclient.hpp>
#include <cyclone/options.hpp>
#include <cyclone/protocol.hpp>
#include <cyclone/redis.hpp>
#include <cyclone/service.hpp>
#include <cyclone/sqlite.hpp>
#include <cyclone/sse.hpp>
#include <cyclone/ssl.hpp>
#include <cyclone/task.hpp>
#include <cyclone/testing.hpp>
#include <cyclone/threads.hpp>
#include <cyclone/websocket.hpp>
