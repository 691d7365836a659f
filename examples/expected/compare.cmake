# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
# Runs COMMAND and compares what it prints with the file EXPECTED, byte by byte; leaves it in the file ACTUAL.
execute_process(COMMAND ${COMMAND} OUTPUT_FILE "${ACTUAL}" RESULT_VARIABLE result)
execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${EXPECTED}" "${ACTUAL}" RESULT_VARIABLE differs)
if(differs)
  execute_process(COMMAND diff -u "${EXPECTED}" "${ACTUAL}" OUTPUT_VARIABLE diff ERROR_QUIET)
  message("${diff}")
endif()
if(differs OR NOT result EQUAL 0)
  message(FATAL_ERROR "${COMMAND}: ended with ${result}; the output is ${ACTUAL}, expected is ${EXPECTED}")
endif()
