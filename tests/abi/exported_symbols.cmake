# cmake -DNM=... -DFOLDER=... -P exported_symbols.cmake: each plugin in FOLDER exports its entry
# point and nothing else.
file(GLOB plugins ${FOLDER}/*.so)
if(NOT plugins)
  message(FATAL_ERROR "no plugin in ${FOLDER}")
endif()
foreach(plugin ${plugins})
  execute_process(COMMAND ${NM} --dynamic --defined-only --format=posix ${plugin}
    OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(STRIP "${symbols}" symbols)
  if(NOT symbols MATCHES "^kato_plugin_v1 T [0-9a-f]+( [0-9a-f]+)?$")
    message(SEND_ERROR "${plugin} exports more than its entry point, or not even that:\n${symbols}")
  endif()
endforeach()
