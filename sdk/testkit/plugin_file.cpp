#include <dlfcn.h>
#include <kato/testkit/plugin_file.hpp>

namespace kato::testkit {

LoadedFile load_plugin_file(const std::string& path) {
  LoadedFile loaded;
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  void* const symbol = library != nullptr ? ::dlsym(library, KATO_PLUGIN_ENTRY_NAME) : nullptr;
  if (symbol == nullptr) {
    const char* const words = ::dlerror();  // NOLINT(concurrency-mt-unsafe): per thread in glibc
    loaded.error = words != nullptr ? words : "no entry symbol";
    return loaded;
  }
  const auto entry = reinterpret_cast<kato_plugin_entry_fn>(symbol);
  loaded.descriptor = entry(KATO_ABI_MAJOR, KATO_ABI_MINOR);
  if (loaded.descriptor == nullptr) loaded.error = path + ": its entry gave no descriptor";
  return loaded;
}

}  // namespace kato::testkit
