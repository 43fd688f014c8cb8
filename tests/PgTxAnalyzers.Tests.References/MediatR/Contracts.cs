using System;
using System.Collections.Generic;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace MediatR
{
    public interface IBaseRequest;

    public interface IRequest : IBaseRequest;

    public interface IRequest<out TResponse> : IBaseRequest;

    public interface IStreamRequest<out TResponse>;

    public interface INotification;

    public readonly struct Unit
    {
        public static readonly Unit Value;

        public static Task<Unit> Task => System.Threading.Tasks.Task.FromResult(Value);
    }

    public delegate Task<TResponse> RequestHandlerDelegate<TResponse>(CancellationToken t = default);

    public interface IRequestHandler<in TRequest>
        where TRequest : IRequest
    {
        Task Handle(TRequest request, CancellationToken cancellationToken);
    }

    public interface IRequestHandler<in TRequest, TResponse>
        where TRequest : IRequest<TResponse>
    {
        Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken);
    }

    public interface INotificationHandler<in TNotification>
        where TNotification : INotification
    {
        Task Handle(TNotification notification, CancellationToken cancellationToken);
    }

    public interface IPipelineBehavior<in TRequest, TResponse>
        where TRequest : notnull
    {
        Task<TResponse> Handle(TRequest request, RequestHandlerDelegate<TResponse> next, CancellationToken cancellationToken);
    }

    public interface ISender
    {
        Task Send<TRequest>(TRequest request, CancellationToken cancellationToken = default)
            where TRequest : IRequest;

        Task<TResponse> Send<TResponse>(IRequest<TResponse> request, CancellationToken cancellationToken = default);

        Task<object?> Send(object request, CancellationToken cancellationToken = default);

        IAsyncEnumerable<TResponse> CreateStream<TResponse>(IStreamRequest<TResponse> request, CancellationToken cancellationToken = default);
    }

    public interface IPublisher
    {
        Task Publish(object notification, CancellationToken cancellationToken = default);

        Task Publish<TNotification>(TNotification notification, CancellationToken cancellationToken = default)
            where TNotification : INotification;
    }

    public interface IMediator : ISender, IPublisher;
}

namespace Microsoft.Extensions.DependencyInjection
{
    public class MediatRServiceConfiguration
    {
        public MediatRServiceConfiguration RegisterServicesFromAssembly(Assembly assembly) => this;

        public MediatRServiceConfiguration RegisterServicesFromAssemblyContaining<T>() => this;

        public MediatRServiceConfiguration AddBehavior<TService, TImplementation>() => this;

        public MediatRServiceConfiguration AddOpenBehavior(Type openBehaviorType, ServiceLifetime serviceLifetime = ServiceLifetime.Transient) => this;
    }

    public static class ServiceCollectionExtensions
    {
        public static IServiceCollection AddMediatR(this IServiceCollection services, Action<MediatRServiceConfiguration> configuration) => services;
    }
}
