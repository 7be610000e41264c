# SPDX-License-Identifier: Apache-2.0
# Fails unless PAGE is what `PROGRAM docs-reference FAMILY` prints.
execute_process(COMMAND ${PROGRAM} docs-reference ${FAMILY} OUTPUT_VARIABLE page RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "yonder docs-reference ${FAMILY} ended with ${code}")
endif()
file(READ ${PAGE} written)
if(NOT page STREQUAL written)
  message(FATAL_ERROR "${PAGE} is out of date: yonder docs-reference ${FAMILY} > ${PAGE}")
endif()
