#pragma once

/// Programs made of services, and what makes them daemons. The module twisted.application.service.

#include <cyclone/service/application.hpp>
#include <cyclone/service/pid_file.hpp>
#include <cyclone/service/service.hpp>

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/service.ipp>
#include <cyclone/impl/service_application.ipp>
#include <cyclone/impl/service_pid_file.ipp>
#endif
