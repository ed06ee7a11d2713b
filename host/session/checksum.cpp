#include "host/session/checksum.h"

#include <algorithm>

#include "host/base/hash.h"

namespace kato {
namespace {

constexpr std::string_view kBegin = ",\"checksum\":\"";
constexpr std::string_view kEnd = "\"}";

}  // namespace

void append_checksum(std::string& json) {
  json.pop_back();
  const auto hash = to_hex(hash64(json));
  json.append(kBegin).append(hash).append(kEnd);
}

bool fits_checksum(std::string_view json) {
  json = json.substr(0, json.find_last_not_of(" \t\r\n") + 1);
  constexpr auto kBytes = kBegin.size() + kHash64Digits + kEnd.size();
  const auto at = json.size() - std::min(json.size(), kBytes);
  std::string checked(json.substr(0, at));
  checked.push_back('}');
  append_checksum(checked);
  return checked == json;
}

}  // namespace kato
