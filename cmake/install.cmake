# SPDX-License-Identifier: Apache-2.0
# cmake --install: the libraries, their public headers and the CMake package `yonder`, so that
# another project says find_package(yonder) and links yonder::tokenizer. examples/ does so in CI.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

get_property(components GLOBAL PROPERTY YONDER_COMPONENTS)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/yonder)
foreach(component IN LISTS components)
  install(TARGETS yonder_${component} EXPORT yonder_targets)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/yonder/${component} DESTINATION include/yonder
          FILES_MATCHING PATTERN "*.h" PATTERN "internal" EXCLUDE)
endforeach()
install(EXPORT yonder_targets NAMESPACE yonder:: DESTINATION ${package_folder})

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/yonderConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/yonderConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/yonderConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/yonderConfig.cmake ${PROJECT_BINARY_DIR}/yonderConfigVersion.cmake
        DESTINATION ${package_folder})
