#include "host/session/checksum.h"

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
  const auto at = json.rfind(kBegin);
  if (at == std::string_view::npos) return true;
  const auto said = json.substr(at + kBegin.size());
  return said.starts_with(to_hex(hash64(json.substr(0, at)))) &&
         said.substr(kHash64Digits).starts_with(kEnd);
}

}  // namespace kato
