#include "source_input.h"

#include <kato/common.hpp>

namespace kato::testkit {

Padded::Padded(std::string_view bytes) : size_(bytes.size()), bytes_(bytes) {
  for (size_t i = 0; i < KATO_READ_PADDING_BYTES; ++i) {
    bytes_ += "\n{\"]}5,"[i % 7];
  }
  bytes_.shrink_to_fit();
}

kato_bytes Padded::c() const {
  return sdk::bytes(std::string_view(bytes_).substr(0, size_));
}

std::vector<kato_companion> c_companions(const SourceContent& source) {
  std::vector<kato_companion> out;
  for (const auto& companion : source.companions) {
    const kato_bytes content =
        companion.content ? sdk::bytes(*companion.content) : kato_bytes{nullptr, 0};
    out.push_back(
        {sizeof(kato_companion), sdk::str(companion.name), sdk::str(companion.path), content});
  }
  return out;
}

kato_str c_options(const SourceContent& source) {
  return source.options_json.empty() ? kato_str{nullptr, 0} : sdk::str(source.options_json);
}

}  // namespace kato::testkit
